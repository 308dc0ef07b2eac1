"""Charts, maps and icons as SVG, and the browser that draws them."""
