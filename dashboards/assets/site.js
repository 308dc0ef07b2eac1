// Comforts that the pages work without: tables open on paper, charts that can be explored, and no
// stop of the keyboard where there is nothing to do.
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

  // Plotly would write its rules into the page, which the page's policy refuses; with this mark on
  // an element of this name it takes them from the file.
  function style(path) {
    return new Promise(function (resolve, reject) {
      var link = document.createElement("link");
      link.id = "plotly.js-style-global";
      link.className = "no-inline-styles";
      link.rel = "stylesheet";
      link.href = path;
      link.onload = resolve;
      link.onerror = reject;
      document.head.appendChild(link);
    });
  }

  var plotly = null;
  function plotlyLoaded() {
    if (plotly === null) {
      plotly = style(self.dataset.style).then(function () {
        return Promise.all([load(self.dataset.plotly), load(self.dataset.template)]);
      });
    }
    return plotly;
  }

  // Plotly shows values to a pointer only. Here the arrow keys read the rows of the chart's own
  // table, one by one, and show the pointer's label at the row's point where the chart has one.
  function readByKeys(id, live) {
    var readout = document.getElementById("readout-" + id);
    var table = document.querySelector("#table-" + CSS.escape(id) + " table");
    var heads = Array.from(table.tHead.rows[0].cells);
    var rows = Array.from(table.tBodies[0].rows);
    var at = -1;
    live.addEventListener("keydown", function (event) {
      var steps = { ArrowRight: 1, ArrowLeft: -1, Home: -rows.length, End: rows.length };
      if (!(event.key in steps)) {
        return;
      }
      event.preventDefault();
      at = Math.min(Math.max(at + steps[event.key], 0), rows.length - 1);
      readout.textContent = Array.from(rows[at].cells).map(function (cell, n) {
        return heads[n].textContent + ": " + cell.textContent;
      }).join("; ");
      var value = rows[at].querySelector("data");
      var number = value === null ? NaN : Number(value.value);
      var name = rows[at].cells[0].textContent;
      live.data.some(function (trace, curve) {
        var meta = trace.meta || {};
        var point = Array.from(trace[meta.axis] || []).indexOf(number);
        var named = Array.from(trace[meta.axis === "x" ? "y" : "x"] || []).indexOf(name);
        var shown = named < 0 ? point : named;
        if (shown < 0 || trace.hoverinfo === "skip") {
          return false;
        }
        window.Plotly.Fx.hover(live, [{ curveNumber: curve, pointNumber: shown }]);
        return true;
      });
    });
  }

  function explore(button) {
    var id = button.dataset.explore;
    var live = document.getElementById("live-" + id);
    var readout = document.getElementById("readout-" + id);
    var image = live.parentNode.querySelector("img");
    if (!live.hidden) {
      live.hidden = true;
      readout.hidden = true;
      image.hidden = false;
      button.textContent = button.dataset.words;
      return;
    }
    button.disabled = true;
    button.dataset.words = button.textContent;
    plotlyLoaded().then(function () {
      var figure = JSON.parse(document.getElementById("figure-" + id).textContent);
      live.hidden = false;
      readout.hidden = false;
      image.hidden = true;
      figure.layout.template = window.chartTemplate;
      delete figure.layout.width;
      figure.layout.autosize = true;
      return window.Plotly.newPlot(live, figure.data, figure.layout, window.chartConfig);
    }).then(function () {
      button.textContent = button.dataset.back;
      if (!live.dataset.keys) {
        live.dataset.keys = "on";
        readByKeys(id, live);
      }
    }).catch(function () {
      button.textContent = button.dataset.failed;
    }).finally(function () {
      button.disabled = false;
      button.focus();
    });
  }

  // Focus stops at a chart only where there is something to move.
  function stopWhereItMoves() {
    var frames = Array.from(document.querySelectorAll(".chart-scroll"));
    // All are asked before any is changed: the page would be laid out anew for each.
    var moves = frames.map(function (each) {
      return each.scrollWidth > each.clientWidth;
    });
    frames.forEach(function (each, n) {
      each.tabIndex = moves[n] ? 0 : -1;
    });
  }
  window.addEventListener("resize", stopWhereItMoves);
  stopWhereItMoves();

  document.querySelectorAll("button[data-explore]").forEach(function (button) {
    button.hidden = false;
    button.addEventListener("click", function () {
      explore(button);
    });
  });
})();
