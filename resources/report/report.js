"use strict";
const cards = [...document.querySelectorAll(".question")];
const buttons = [...document.querySelectorAll(".filters button")];
const search = document.querySelector(".filters input");
const count = document.querySelector(".shown");

function show() {
  const tag = buttons.find((button) => button.getAttribute("aria-pressed") === "true").dataset.tag;
  const words = search.value.toLowerCase();
  let shown = 0;
  for (const card of cards) {
    const fits = (!tag || card.dataset.tags.split(" ").includes(tag)) && card.textContent.toLowerCase().includes(words);
    card.hidden = !fits;
    shown += fits;
  }
  count.textContent = shown === cards.length ? "" : `${shown} of ${cards.length} shown`;
}

for (const button of buttons) {
  button.addEventListener("click", () => {
    for (const other of buttons) other.setAttribute("aria-pressed", String(other === button));
    show();
  });
}
search.addEventListener("input", show);
addEventListener("beforeprint", () => document.querySelectorAll("details").forEach((fold) => (fold.open = true)));
