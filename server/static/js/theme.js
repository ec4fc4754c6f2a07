// Light or dark: the system's choice until the person makes one, in all tabs at once.

import { byId } from "./dom.js";

const PLACE = "surefoot-theme";
const system = window.matchMedia("(prefers-color-scheme: dark)");

export function startTheme() {
  const button = byId("theme");
  const root = document.documentElement;
  const apply = () => {
    const chosen = localStorage.getItem(PLACE);
    const isDark = chosen ? chosen === "dark" : system.matches;
    root.dataset.theme = isDark ? "dark" : "light";
    button.textContent = isDark ? "Light theme" : "Dark theme";
  };
  button.addEventListener("click", () => {
    localStorage.setItem(PLACE, root.dataset.theme === "dark" ? "light" : "dark");
    apply();
  });
  system.addEventListener("change", apply);
  window.addEventListener("storage", apply);
  apply();
}
