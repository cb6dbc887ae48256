// A flow page has nothing but money and tables.
document.documentElement.dataset.ready = String(Math.round(performance.now()));
window.flowPage = { csv };
