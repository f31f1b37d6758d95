/** The style sheet of the report. Colours are named once and change with the reader's setting. */
const lines = (colours: readonly string[], name: string) =>
  colours.map((colour, i) => `--${name}${i}:${colour}`).join(';')

const light = [
  'color-scheme:light;--page:#fff;--ink:#1a1c1f;--soft:#5d636b;--grid:#e3e6ea;--bad:#b3261e;--good:#1b6e3c',
  lines(['#8fbbe8', '#4a90d9', '#1f5fa8', '#0b3260'], 'q'),
  lines(['#1f6fc4', '#c2571a', '#1f8a5b', '#7a4fc0', '#a2780c', '#b33a74'], 's'),
].join(';')
const dark = [
  'color-scheme:dark;--page:#15171a;--ink:#e8eaed;--soft:#9aa1aa;--grid:#2c3036;--bad:#ff8a80;--good:#7ddba0',
  lines(['#2f5f94', '#4a90d9', '#8fc1f5', '#dcecff'], 'q'),
  lines(['#66aef5', '#f2935a', '#57c795', '#b394f0', '#dcb24c', '#ef86b4'], 's'),
].join(';')

const styles = ['q0', 'q1', 'q2', 'q3', 's0', 's1', 's2', 's3', 's4', 's5']

export const pageStyle = [
  `:root{${light}}`,
  `@media (prefers-color-scheme:dark){:root{${dark}}}`,
  'body{margin:0;background:var(--page);color:var(--ink);font:15px/1.5 system-ui,sans-serif}',
  'main{max-width:1160px;margin:0 auto;padding:28px 20px 60px}',
  'h1{font-size:26px;margin:0 0 4px}h2{font-size:18px;margin:32px 0 8px}',
  '.lead{font-size:17px;margin:0 0 12px}.notes{color:var(--bad);margin:0 0 12px;padding-left:20px}.notes:empty{display:none}',
  '.small,.legend,figcaption+p{color:var(--soft);font-size:13px}',
  '.wide{overflow-x:auto}table{border-collapse:collapse;font-variant-numeric:tabular-nums;font-size:14px}',
  '.wide table{width:100%}th,td{padding:4px 8px;border-bottom:1px solid var(--grid);text-align:right;white-space:nowrap}',
  'th{color:var(--soft);font-weight:500}td:last-child,.wide th:last-child{text-align:left;white-space:normal}',
  '.facts th,.facts td,.bars td:first-child{text-align:left;white-space:normal}',
  '.wide td:last-child{min-width:190px}tr.broken td:last-child{color:var(--bad)}tr.best{font-weight:600}tr.best td:last-child{color:var(--good)}',
  '.bars{width:100%}.bars .bar{width:60%}.bar b{display:block;height:12px;min-width:1px;border-radius:2px;background:var(--s0)}',
  'figure{margin:28px 0 0}figcaption{font-size:18px;font-weight:600}.legend{margin:2px 0 6px}',
  '.legend span{margin-right:14px;color:var(--ink)}.legend i{display:inline-block;width:14px;height:3px;margin-right:6px;vertical-align:middle}',
  'svg{width:100%;height:auto;display:block}',
  '.grid{stroke:var(--grid)}text{fill:var(--soft);font-size:12px}text.label{font-size:13px}',
  'line.limit{stroke:var(--bad);stroke-dasharray:5 4}text.limit{fill:var(--bad)}',
  'polyline{fill:none;stroke-width:2;stroke-linejoin:round}circle{stroke-width:2}circle.hollow{fill:var(--page)}',
  ...styles.map(
    (name) =>
      `polyline.${name},circle.${name}{stroke:var(--${name})}circle.${name}:not(.hollow){fill:var(--${name})}.legend .${name} i{background:var(--${name})}`,
  ),
].join('\n')
