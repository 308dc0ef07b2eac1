// Two comforts that the pages work without: tables open on paper, and charts that can be explored.
(function () {
  "use strict";
  var self = document.currentScript;

  window.addEventListener("beforeprint", function () {
    document.querySelectorAll("details").forEach(function (each) {
      each.open = true;
    });
  });

  function load(path) {
    return new Promise(function (resolve, reject) {
      var script = document.createElement("script");
      script.src = path;
      script.onload = resolve;
      script.onerror = reject;
      document.head.appendChild(script);
    });
  }

  var plotly = null;
  function plotlyLoaded() {
    if (plotly === null) {
      plotly = Promise.all([load(self.dataset.plotly), load(self.dataset.template)]);
    }
    return plotly;
  }

  function explore(button) {
    var id = button.dataset.explore;
    var live = document.getElementById("live-" + id);
    var image = live.parentNode.querySelector("img");
    if (!live.hidden) {
      live.hidden = true;
      image.hidden = false;
      button.textContent = "Explore this chart";
      return;
    }
    button.disabled = true;
    plotlyLoaded().then(function () {
      var figure = JSON.parse(document.getElementById("figure-" + id).textContent);
      live.hidden = false;
      image.hidden = true;
      figure.layout.template = window.chartTemplate;
      delete figure.layout.width;
      figure.layout.autosize = true;
      return window.Plotly.newPlot(live, figure.data, figure.layout, window.chartConfig);
    }).then(function () {
      button.textContent = "Show the still picture";
    }).catch(function () {
      button.textContent = "This chart cannot be explored here; the table below has every figure";
    }).finally(function () {
      button.disabled = false;
      button.focus();
    });
  }

  document.querySelectorAll("button[data-explore]").forEach(function (button) {
    button.hidden = false;
    button.addEventListener("click", function () {
      explore(button);
    });
  });
})();
