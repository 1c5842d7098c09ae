// The page's language follows the address, and a choice on a page is no step of the browser's history.
(() => {
  const tags = { zh: 'zh-Hans' };
  const tell = () => {
    const asked = new URLSearchParams(location.search).get('lang') || navigator.language.slice(0, 2);
    document.documentElement.lang = tags[asked] || 'en';
  };
  const push = history.pushState.bind(history);
  const replace = history.replaceState.bind(history);
  history.pushState = (state, title, url) => {
    const same = url && new URL(url, location.href).pathname === location.pathname;
    (same ? replace : push)(state, title, url);
    tell();
  };
  history.replaceState = (state, title, url) => {
    replace(state, title, url);
    tell();
  };
  addEventListener('popstate', tell);
  tell();
})();
