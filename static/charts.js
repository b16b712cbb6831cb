// Charts. Data comes from data-chart='{json}' or, with data-chart-url, from that address (?as=json); colours from tokens.css.
// Tooltips use richText so that no inline style attribute is made, and the page works under style-src 'self'.
(function () {
  'use strict';
  const css = getComputedStyle(document.documentElement);
  const v = (name) => css.getPropertyValue(name).trim();
  const scale = parseFloat(css.fontSize) / 16;
  const ink = v('--ink-700'), soft = v('--ink-500'), line = v('--line');
  const colours = ['--c1', '--c2', '--c3', '--c4', '--c5'].map(v);
  const text = { fontFamily: v('--sans'), color: ink, fontSize: 13 * scale };
  const base = {
    textStyle: text,
    animation: !matchMedia('(prefers-reduced-motion: reduce)').matches && !navigator.webdriver,
    color: colours,
    tooltip: { renderMode: 'richText', backgroundColor: '#fff', borderColor: line, textStyle: text },
    legend: { top: 0, right: 0, itemWidth: 12, itemHeight: 12, textStyle: text },
  };
  const FUNNEL = ['#6f1115', '#8a191d', '#a51d22', '#bb474a', '#d07c7c', '#e2adab'];

  function axis(options) {
    return Object.assign({ axisLine: { lineStyle: { color: line } }, axisTick: { show: false },
      axisLabel: { color: ink, fontSize: 13 * scale, interval: 0 }, splitLine: { lineStyle: { color: v('--line-soft') } } }, options);
  }
  function colour(series, index, many) {
    if (series.colour) return v('--' + series.colour);
    return many === 3 ? [colours[4], colours[1], colours[0]][index] : colours[index % colours.length];
  }

  // On a phone, bars lie down so that the names stay readable.
  function bars(el, data) {
    const flat = el.clientWidth < 560 * scale;
    const kind = axis({ type: 'category', data: data.names, inverse: flat });
    const size = axis({ type: 'value', axisLine: { show: false }, minInterval: data.fraction ? 0 : 1 });
    return {
      tooltip: Object.assign({ trigger: 'axis', axisPointer: { type: 'shadow' } }, base.tooltip),
      grid: { left: 8, right: 12, top: 38 * scale, bottom: 4, containLabel: true },
      xAxis: flat ? size : kind, yAxis: flat ? kind : size,
      series: data.series.map((s, i) => ({
        type: 'bar', name: s.name, data: s.data, stack: data.type === 'stack' ? 'all' : undefined,
        barGap: '12%', barMaxWidth: flat ? 9 : 16, itemStyle: { color: colour(s, i, data.series.length) },
      })),
    };
  }
  function lines(el, data) {
    return {
      tooltip: Object.assign({ trigger: 'axis' }, base.tooltip),
      grid: { left: 8, right: 16, top: 38 * scale, bottom: 4, containLabel: true },
      xAxis: axis({ type: 'category', data: data.names, boundaryGap: false, axisLabel: { color: ink, fontSize: 13 * scale, hideOverlap: true } }),
      yAxis: axis({ type: 'value', axisLine: { show: false } }),
      series: data.series.map((s, i) => ({ type: 'line', name: s.name, data: s.data, symbolSize: 7,
        symbol: ['circle', 'rect', 'triangle'][i % 3], lineStyle: { width: 2 }, itemStyle: { color: colour(s, i, 2) } })),
    };
  }
  function funnel(el, data) {
    const steps = data.steps;
    return {
      tooltip: { show: false }, legend: { show: false },
      series: [{ type: 'funnel', left: 8, width: '58%', top: 6, bottom: 6, sort: 'none', gap: 3, minSize: '18%', funnelAlign: 'center',
        label: { position: 'right', color: ink, fontSize: 13 * scale, lineHeight: 19 * scale,
          formatter: (p) => {
            const before = p.dataIndex ? steps[p.dataIndex - 1][1] : 0;
            return '{n|' + p.value + '}  ' + p.name + (before ? '\n{r|上一步的 ' + Math.round(p.value / before * 100) + '%}' : '');
          },
          rich: { n: { fontSize: 16 * scale, fontWeight: 600, color: v('--ink-900') }, r: { color: soft, fontSize: 12 * scale } } },
        // One column: beside a steep step a label of its own height would touch the step above.
        labelLayout: { x: '64%', align: 'left' },
        labelLine: { length: 14, lineStyle: { color: line } },
        itemStyle: { borderWidth: 0, borderRadius: 2 },
        data: steps.map((step, i) => ({ name: step[0], value: step[1], itemStyle: { color: FUNNEL[Math.min(i, FUNNEL.length - 1)] } })) }],
    };
  }

  const SHAPES = { bar: bars, stack: bars, line: lines, funnel };

  function draw(el, data) {
    const shape = SHAPES[data.type];
    if (!shape) return;
    const chart = echarts.init(el, null, { renderer: 'svg' });
    let width = 0;
    new ResizeObserver(() => {
      if (el.clientWidth === width) return;
      width = el.clientWidth;
      chart.resize();
      chart.setOption(Object.assign({}, base, shape(el, data)), true);
    }).observe(el);
  }

  document.querySelectorAll('.chart[data-chart]').forEach((el) => draw(el, JSON.parse(el.dataset.chart)));
  document.querySelectorAll('.chart[data-chart-url]').forEach(async (el) => {
    const answer = await fetch(el.dataset.chartUrl, { headers: { Accept: 'application/json' }, credentials: 'same-origin' });
    if (answer.ok) draw(el, await answer.json());
  });
})();
