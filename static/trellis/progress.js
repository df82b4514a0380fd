// While work goes on in the background the page looks again; after a quarter of a minute it asks for it to be done here.
(function () {
  const waited = Number(sessionStorage.getItem(location.pathname) ?? 0);
  sessionStorage.setItem(location.pathname, waited + 1);
  setTimeout(() => (waited < 8 ? location.reload() : location.assign("?now=1")), 2000);
})();
