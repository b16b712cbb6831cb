// What scripts add to pages that work without them: focus, autosave, selection, keys, sums, print, copy.
(function () {
  'use strict';
  const all = (selector, root) => Array.from((root || document).querySelectorAll(selector));
  const kept = {
    get(key) { try { return localStorage.getItem(key); } catch { return null; } },
    set(key, value) { try { localStorage.setItem(key, value); } catch { /* private window: nothing is kept */ } },
  };

  // The error summary takes the focus; its links bring the focus to the field.
  function focusErrors() {
    const box = document.querySelector('[data-error-summary]');
    if (!box) return;
    // `autofocus` serves browsers without scripts; an address with a fragment switches it off.
    setTimeout(() => { if (document.activeElement === document.body) box.focus(); }, 150);
    box.addEventListener('click', (event) => {
      const link = event.target.closest('a[href^="#"]');
      const field = link && document.getElementById(decodeURIComponent(link.hash.slice(1)));
      if (!field) return;
      event.preventDefault();
      const row = field.closest('.field, .rating, tr') || field;
      row.scrollIntoView({ block: 'center' });
      field.focus({ preventScroll: true });
    });
  }

  // Menus close by Escape and by a press elsewhere.
  function menus() {
    const open = () => all('details.account[open], details.menu[open]');
    document.addEventListener('click', (event) => {
      open().forEach((menu) => {
        const bar = menu.nextElementSibling;
        if (!menu.contains(event.target) && !(bar && menu.matches('.menu') && bar.contains(event.target))) menu.open = false;
      });
    });
    document.addEventListener('keydown', (event) => {
      if (event.key !== 'Escape') return;
      open().forEach((menu) => { menu.open = false; menu.querySelector('summary').focus(); });
    });
  }

  // Amounts as people type them: full width, spaces, separators. Counted in fen, so that sums are exact.
  function fen(text) {
    const plain = text.normalize('NFKC').replace(/[\s,，']/g, '').replace('−', '-');
    if (!/^-?\d+(\.\d{1,2})?$/.test(plain)) return null;
    return Math.round(Number(plain) * 100);
  }
  function spell(amount) {
    const sign = amount < 0 ? '-' : '';
    const whole = Math.floor(Math.abs(amount) / 100).toString().replace(/\B(?=(\d{3})+$)/g, ',');
    return sign + whole + '.' + String(Math.abs(amount) % 100).padStart(2, '0');
  }
  // <input data-computed="id_assets_2022 - id_liabilities_2022" readonly>: names or ids of inputs, + and -.
  function computed() {
    all('input[data-computed]').forEach((target) => {
      const form = target.form;
      const terms = target.dataset.computed.match(/[+-]|[^\s+-]+/g) || [];
      const find = (name) => document.getElementById(name) || (form && form.elements[name]);
      const inputs = terms.filter((t) => t !== '+' && t !== '-').map(find);
      if (inputs.some((input) => !input)) return;
      const refresh = () => {
        let sum = 0, sign = 1, known = true;
        terms.forEach((term) => {
          if (term === '+' || term === '-') { sign = term === '-' ? -1 : 1; return; }
          const amount = fen(find(term).value);
          if (amount === null) known = false; else sum += sign * amount;
        });
        target.value = known ? spell(sum) : '';
      };
      inputs.forEach((input) => input.addEventListener('input', refresh));
      refresh();
    });
  }

  // form[data-batch="case"]: all boxes of that name at once, and how many are chosen.
  function batches() {
    all('form[data-batch]').forEach((form) => {
      const boxes = () => all('input[type=checkbox][name="' + form.dataset.batch + '"]:not(:disabled)', form);
      const head = form.querySelector('[data-select-all]');
      const refresh = () => {
        const chosen = boxes().filter((box) => box.checked).length;
        all('[data-count]', form).forEach((spot) => { spot.textContent = chosen; });
        if (head) { head.checked = chosen > 0 && chosen === boxes().length; head.indeterminate = chosen > 0 && !head.checked; }
      };
      if (head) {
        head.hidden = false;
        head.addEventListener('change', () => { boxes().forEach((box) => { box.checked = head.checked; }); refresh(); });
      }
      form.addEventListener('change', refresh);
      refresh();
    });
  }

  // J K X / ? on a queue. Single letters can be switched off, and stay off in this browser.
  const KEYS = [['J', '下一项'], ['K', '上一项'], ['Enter', '打开当前项'], ['X', '选中或取消当前项'], ['/', '到搜索框'], ['?', '显示本说明']];
  function element(tag, text, attributes) {
    const made = document.createElement(tag);
    if (text) made.textContent = text;
    Object.entries(attributes || {}).forEach(([name, value]) => made.setAttribute(name, value));
    return made;
  }
  function keyHelp() {
    let box = document.getElementById('keys-help');
    if (!box) {
      box = element('dialog', '', { id: 'keys-help', 'aria-labelledby': 'keys-help-h' });
      const list = element('dl');
      KEYS.forEach(([key, what]) => {
        const term = element('dt');
        term.append(element('kbd', key));
        list.append(term, element('dd', what));
      });
      const label = element('label', '', { class: 'form-check' });
      const off = element('input', '', { type: 'checkbox' });
      off.checked = kept.get('portal.keys') === 'off';
      off.addEventListener('change', () => kept.set('portal.keys', off.checked ? 'off' : 'on'));
      label.append(off, '关闭单键快捷键（仅此浏览器）');
      const close = element('button', '知道了', { type: 'button', class: 'btn' });
      close.addEventListener('click', () => box.close());
      box.append(element('h2', '快捷键', { id: 'keys-help-h' }), list, label, close);
      document.body.append(box);
    }
    box.showModal();
  }
  function keys() {
    const queue = document.querySelector('.queue');
    if (!queue) return;
    all('[data-keys-hint]').forEach((hint) => { hint.hidden = false; });
    all('[data-keys-help]').forEach((button) => button.addEventListener('click', keyHelp));
    const rows = () => all(':scope > li', queue);
    const here = () => {
      const list = rows();
      const focused = list.findIndex((row) => row.contains(document.activeElement));
      return focused >= 0 ? focused : list.findIndex((row) => row.classList.contains('on'));
    };
    const go = (by) => {
      const list = rows();
      const at = here();
      const row = list[Math.min(Math.max(at < 0 ? 0 : at + by, 0), list.length - 1)];
      const link = row && row.querySelector('a[href]');
      if (link) link.focus();
    };
    document.addEventListener('keydown', (event) => {
      if (kept.get('portal.keys') === 'off' || event.ctrlKey || event.metaKey || event.altKey) return;
      if (event.target.closest('input:not([type=checkbox]), textarea, select, dialog, [contenteditable]')) return;
      const key = event.key.toLowerCase();
      if (key === 'j') go(1);
      else if (key === 'k') go(-1);
      else if (key === 'x') {
        const row = rows()[here()];
        const box = row && row.querySelector('input[type=checkbox]');
        if (box) box.click();
      } else if (key === '/') {
        const search = document.querySelector('[role=search] input:not([type=hidden])');
        if (!search) return;
        search.focus();
      } else if (key === '?') keyHelp();
      else return;
      event.preventDefault();
    });
  }

  // Print, copy. Such buttons are hidden until a script is there to serve them.
  function smallButtons() {
    all('[data-print]').forEach((button) => { button.hidden = false; button.addEventListener('click', () => window.print()); });
    all('[data-copy], [data-copy-from]').forEach((button) => {
      button.hidden = false;
      const words = button.textContent;
      button.addEventListener('click', async () => {
        const from = button.dataset.copyFrom && document.querySelector(button.dataset.copyFrom);
        const text = from ? (from.value || from.textContent).trim() : button.dataset.copy;
        let done = false;
        try { await navigator.clipboard.writeText(text); done = true; } catch { done = oldCopy(text); }
        button.textContent = done ? '已复制' : '请手动复制';
        setTimeout(() => { button.textContent = words; }, 2000);
      });
    });
  }
  // WeChat's browser and plain http have no clipboard interface.
  function oldCopy(text) {
    const box = element('textarea', text, { class: 'visually-hidden', 'aria-hidden': 'true' });
    document.body.append(box);
    box.select();
    const done = document.execCommand('copy');
    box.remove();
    return done;
  }

  // One press, one act: a second submit of the same form within five seconds is dropped.
  function sendOnce() {
    document.addEventListener('submit', (event) => {
      const form = event.target;
      if (form.method !== 'post' || event.defaultPrevented) return;
      if (form.dataset.sent && Date.now() - Number(form.dataset.sent) < 5000) event.preventDefault();
      else form.dataset.sent = Date.now();
    });
    window.addEventListener('pageshow', () => all('form[data-sent]').forEach((form) => { delete form.dataset.sent; }));
  }

  focusErrors();
  menus();
  computed();
  batches();
  keys();
  smallButtons();
  sendOnce();
})();
