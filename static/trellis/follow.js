// A part of the page that changes while work goes on is fetched again; when the work has ended the page is loaded anew.
(function () {
  const place = document.querySelector("[data-follow]");
  if (!place) return;
  const again = () => setTimeout(look, 2000);
  async function look() {
    let answer;
    try {
      answer = await fetch(place.dataset.follow, { credentials: "same-origin" });
    } catch {
      return again(); // the line is down; the work goes on without us
    }
    // Signed out meanwhile, or no longer allowed: the page itself says so.
    if (answer.redirected || answer.status === 403 || answer.status === 404) return location.reload();
    if (!answer.ok) return again();
    const part = new DOMParser().parseFromString(await answer.text(), "text/html").querySelector("[data-follow-part]");
    if (!part || !part.dataset.going) return location.reload();
    place.replaceChildren(part);
    again();
  }
  again();
})();
