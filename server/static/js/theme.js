// Light or dark: the system's choice until the person makes one.

import { byId } from "./dom.js";

const system = window.matchMedia("(prefers-color-scheme: dark)");

export function startTheme() {
  const button = byId("theme");
  const apply = () => {
    const chosen = localStorage.getItem("surefoot-theme");
    const dark = chosen ? chosen === "dark" : system.matches;
    document.documentElement.dataset.theme = dark ? "dark" : "light";
    button.textContent = dark ? "Light" : "Dark";
  };
  button.addEventListener("click", () => {
    const dark = document.documentElement.dataset.theme === "dark";
    localStorage.setItem("surefoot-theme", dark ? "light" : "dark");
    apply();
  });
  system.addEventListener("change", apply);
  apply();
}
