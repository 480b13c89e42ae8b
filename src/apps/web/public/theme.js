// Sets the theme before the first paint. A file of its own because the page's policy allows no inline script.
(() => {
  let choice = null;
  try {
    choice = localStorage.getItem('aispm.theme');
  } catch {
    // storage is switched off: the system decides
  }
  const system = matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light';
  document.documentElement.dataset.theme = choice === 'light' || choice === 'dark' ? choice : system;
})();
