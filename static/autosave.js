// Drafts save themselves: 3 s after the last change and when the page is left. The server decides by `revision`.
//
// <form method="post" data-autosave-url="…"> holds csrfmiddlewaretoken and <input type="hidden" name="revision" autocomplete="off">;
// the page holds <span class="saved" role="status"></span>. Sent: the fields as a form, with autosave=1 (and leaving=1 when the
// page is being left). Answered: 200 {"revision": 5, "saved": "14:32"}; 409: somebody else saved this part; 401, 403: signed out.
(function () {
  'use strict';
  const WAIT = 3000, RETRY = 10000, KEEPALIVE_LIMIT = 60000;

  function watch(form) {
    const url = form.dataset.autosaveUrl;
    const status = document.querySelector('.saved[role=status]');
    const store = 'draft:' + location.pathname;
    let timer = 0, dirty = false, busy = false, stopped = false, left = false;

    const say = (text, wrong) => {
      if (!status) return;
      status.classList.toggle('bad', Boolean(wrong));
      status.textContent = text;
    };
    const later = (wait) => { clearTimeout(timer); if (!stopped) timer = setTimeout(save, wait); };
    const fields = () => {
      const body = new URLSearchParams();
      new FormData(form).forEach((value, name) => { if (typeof value === 'string') body.append(name, value); });
      body.set('autosave', '1');
      return body;
    };

    async function save() {
      if (!dirty || busy || stopped) return;
      busy = true;
      dirty = false;
      const body = fields();
      try {
        const answer = await fetch(url, {
          method: 'POST', body, credentials: 'same-origin',
          keepalive: body.toString().length < KEEPALIVE_LIMIT,
          headers: { 'X-Requested-With': 'fetch', Accept: 'application/json' },
        });
        if (answer.status === 409) {
          stopped = true;
          say('这一部分已在别处保存，自动保存已停止。请点保存，核对两处内容。', true);
        } else if (answer.status === 401 || answer.status === 403 || answer.redirected) {
          stopped = true;
          keep(body);
          say('登录已过期，未保存的内容留在本页。请在新窗口登录后点保存。', true);
        } else if (!answer.ok) {
          throw new Error(String(answer.status));
        } else {
          const told = await answer.json();
          if (form.elements.revision && told.revision !== undefined) form.elements.revision.value = told.revision;
          say((told.saved || clock()) + ' 已自动保存');
        }
      } catch {
        dirty = true;
        say('暂未保存，稍后自动重试', true);
        later(RETRY);
      } finally {
        busy = false;
        if (dirty && !stopped) later(WAIT);
      }
    }

    // Only for this tab and only after a session ended: offered again when the section is next opened.
    function keep(body) {
      ['csrfmiddlewaretoken', 'revision', 'autosave'].forEach((name) => body.delete(name));
      try { sessionStorage.setItem(store, body.toString()); } catch { /* nothing can be kept here */ }
    }
    function restore() {
      let text = null;
      try { text = sessionStorage.getItem(store); sessionStorage.removeItem(store); } catch { return; }
      if (!text) return;
      const values = new URLSearchParams(text);
      Array.from(form.elements).forEach((input) => {
        if (!input.name || input.type === 'file' || input.type === 'hidden' || input.readOnly) return;
        if (input.type === 'checkbox' || input.type === 'radio') input.checked = values.getAll(input.name).includes(input.value);
        else if (input.tagName === 'SELECT' && input.multiple) Array.from(input.options).forEach((o) => { o.selected = values.getAll(input.name).includes(o.value); });
        else if (values.has(input.name)) input.value = values.get(input.name);
      });
      changed();
      say('已恢复登录过期前未保存的内容');
    }

    const changed = () => { dirty = true; later(WAIT); };
    form.addEventListener('input', changed);
    form.addEventListener('change', changed);
    form.addEventListener('submit', () => { stopped = true; clearTimeout(timer); });
    document.addEventListener('visibilitychange', () => { if (document.visibilityState === 'hidden') save(); });
    window.addEventListener('pagehide', () => {
      if (!dirty || stopped) return;
      const body = fields();
      body.set('leaving', '1');
      left = navigator.sendBeacon(url, body);
    });
    // Back through the browser's page cache: what the page was left with is saved, its revision is old.
    window.addEventListener('pageshow', (event) => {
      if (event.persisted && (left || stopped)) location.reload();
    });
    restore();
  }

  function clock() {
    return new Intl.DateTimeFormat('zh-CN', { timeZone: 'Asia/Shanghai', hour: '2-digit', minute: '2-digit', hour12: false }).format(new Date());
  }

  document.querySelectorAll('form[data-autosave-url]').forEach(watch);
})();
