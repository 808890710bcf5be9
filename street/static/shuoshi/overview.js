// 总览的两张图；颜色取自设计变量，数字在页面的表格里也有，没有脚本也读得到
const token = name => getComputedStyle(document.documentElement).getPropertyValue(`--ss-${name}`).trim();

const named = kind => document.querySelector(`.o-legend .is-${kind}`).textContent;

const draw = (name, type) => {
  const node = document.getElementById(name);
  const rows = JSON.parse(document.getElementById(`${name}-data`).textContent);
  const chart = window.echarts.init(node, null, { renderer: 'svg' });
  const axis = { axisLine: { lineStyle: { color: token('edge') } }, axisLabel: { color: token('ink-soft') } };
  const line = (label, key, colour, symbol) => ({
    name: label, type, data: rows.map(row => row[key]), itemStyle: { color: colour }, lineStyle: { color: colour, width: 2 },
    symbol, symbolSize: 6, barMaxWidth: 18,
  });
  chart.setOption({
    animation: false,
    textStyle: { fontFamily: token('font') },
    grid: { left: 8, right: 8, top: 12, bottom: 4, containLabel: true },
    tooltip: { trigger: 'axis', renderMode: 'richText' },
    xAxis: { type: 'category', data: rows.map(row => row.name), ...axis },
    yAxis: { type: 'value', minInterval: 1, splitLine: { lineStyle: { color: token('line') } }, axisLabel: axis.axisLabel },
    series: [line(named('came'), 'came', token('accent'), 'circle'), line(named('closed'), 'closed', token('good'), 'rect')],
  });
  window.addEventListener('resize', () => chart.resize());
};

draw('trend', 'line');
draw('months', 'bar');
