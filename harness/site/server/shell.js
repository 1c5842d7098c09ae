// The page's language follows the address, a choice on a page is no step of the browser's history, and text that scrolls
// is reached by keyboard.
(() => {
  const tags = { zh: 'zh-Hans' };
  const soon = 500; // ms between what the server says of a page's address and the page's taking its place
  const answered = 400; // ms after the last key in the search box until its answers are of what was typed
  const paper = 700; // px of A4 between the margins of print.css
  const modules = document.querySelector('meta[name=ahead]').content.split(' ').filter(Boolean); // of what most pages have
  const tell = () => {
    const asked = new URLSearchParams(location.search).get('lang') || navigator.language.slice(0, 2);
    document.documentElement.lang = tags[asked] || 'en';
  };
  // Where the server is: Streamlit would first look below the page's own path, and ask twice before it opens its line.
  window.__streamlit = {
    BACKEND_BASE_URL: new URL('./', location.href).href,
    HOST_CONFIG: { allowedOrigins: [location.origin], useExternalAuthToken: false },
  };
  const push = history.pushState.bind(history);
  const replace = history.replaceState.bind(history);
  let last = null; // replacements made in a row: the address before them, the query after them, when
  let left = null; // the link that was followed last: from which address, to which
  const recent = () => last && performance.now() - last.at < soon;

  history.pushState = (state, title, url) => {
    const next = new URL(url || location.href, location.href);
    if (next.pathname === location.pathname) {
      last = { before: recent() ? last.before : location.href, query: next.search, at: performance.now() };
      replace(state, title, url);
    } else {
      // Streamlit writes the next page's query while the last page's path still stands: give that page its own back.
      if (left && left.from.pathname === location.pathname && left.to.pathname === next.pathname) {
        replace(state, title, left.from.href);
      } else if (recent() && last.query === next.search) replace(state, title, last.before);
      last = left = null;
      push(state, title, url);
    }
    tell();
  };
  // The address when a link was followed: a choice made just before it belongs to the page that is left.
  addEventListener('click', (event) => {
    const link = event.target.closest?.('a[href]');
    const stays = event.ctrlKey || event.metaKey || event.shiftKey || event.altKey || link?.target === '_blank';
    left = link && !stays ? { from: new URL(location.href), to: new URL(link.href, location.href) } : null;
  }, true);
  history.replaceState = (state, title, url) => {
    last = null;
    replace(state, title, url);
    tell();
  };
  // The window's width, which the server asks when it chooses the columns of tables; nothing else is noted.
  const measure = () => {
    document.cookie = `screen=${innerWidth}; path=/; SameSite=Strict`;
  };
  addEventListener('popstate', tell);
  addEventListener('resize', measure);
  addEventListener('beforeprint', () => {
    const page = document.querySelector('[data-testid=stMainBlockContainer]');
    if (!page) return;
    const { paddingLeft, paddingRight } = getComputedStyle(page);
    const width = page.clientWidth - parseFloat(paddingLeft) - parseFloat(paddingRight);
    document.documentElement.style.setProperty('--print-zoom', Math.min(1, paper / width));
  });
  // Streamlit's boxes of code scroll, and no key reaches them.
  const reach = () => {
    for (const box of document.querySelectorAll('[data-testid=stCode] pre')) {
      const scrolls = box.scrollWidth > box.clientWidth || box.scrollHeight > box.clientHeight;
      if (scrolls !== box.hasAttribute('tabindex')) scrolls ? box.setAttribute('tabindex', '0') : box.removeAttribute('tabindex');
    }
  };
  // Enter in the search box opens the first answer, once it answers what was typed; arrows go from answer to answer.
  const answers = () => [...document.querySelectorAll('.st-key-search-results a')].filter((link) => link.checkVisibility());
  const inBox = (event) => event.target.matches?.('.st-key-search input');
  let typed = 0;
  const open = (patience) => {
    const resting = document.querySelector('[data-test-script-state=notRunning]');
    if (resting && performance.now() - typed > answered) answers()[0]?.click();
    else if (patience > 0) setTimeout(() => open(patience - 100), 100);
  };
  addEventListener('input', (event) => { if (inBox(event)) typed = performance.now(); }, true);
  addEventListener('keydown', (event) => {
    const links = answers();
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    const at = links.indexOf(event.target.closest?.('a'));
    if (inBox(event) && event.key === 'Enter' && !event.isComposing) {
      event.stopPropagation(); // the box would send what it has sent already, and the page that is opened would be left again
      open(5000);
    } else if (step && links.length && (at >= 0 || (inBox(event) && step > 0))) {
      event.preventDefault();
      if (at + step < 0) document.querySelector('.st-key-search input').focus();
      else links[Math.min(at + step, links.length - 1)].focus();
    }
  }, true);
  // Most pages have tables and choices, and the first would wait for 5 MB of code: they are read once a chart stands.
  let begun = navigator.connection?.saveData;
  const ahead = async () => {
    if (begun || !document.querySelector('[data-testid=stPlotlyChart] .main-svg')) return;
    begun = true;
    for (const module of modules) await import(new URL(module, window.__streamlit.BACKEND_BASE_URL)).catch(() => {});
  };
  let waits = false;
  const later = () => {
    ahead();
    if (waits) return;
    waits = true;
    setTimeout(() => { waits = false; reach(); }, 250);
  };
  addEventListener('resize', later);
  addEventListener('DOMContentLoaded', () =>
    new MutationObserver(later).observe(document.body, { childList: true, subtree: true }));
  tell();
  measure();
})();
