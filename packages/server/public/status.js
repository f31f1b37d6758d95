/** The status page: reads the JSON behind it every two seconds and shows it. */

const byId = (id) => document.getElementById(id)
const refreshMs = 2000
let proof = sessionStorage.getItem('slipway-proof') ?? ''
let lastEvent = 0
let startedAtMs

/** An element with its children; text is text, never markup. */
function element(tag, properties = {}, ...children) {
  const made = Object.assign(document.createElement(tag), properties)
  made.append(...children)
  return made
}

async function call(path, options = {}) {
  const headers = proof === '' ? {} : { authorization: `Bearer ${proof}` }
  const answer = await fetch(path, { ...options, headers })
  if (answer.status === 401 || answer.status === 403) byId('sign-in').hidden = false
  const body = await answer.json()
  if (!answer.ok) throw new Error(body.error ?? answer.statusText)
  return body
}

const milliseconds = (value) => `${value < 10 ? value.toFixed(2) : value.toFixed(0)} ms`
const mebibytes = (bytes) => `${(bytes / 2 ** 20).toFixed(bytes < 2 ** 24 ? 1 : 0)} MiB`

function duration(ms) {
  const seconds = Math.floor(ms / 1000)
  const [days, hours, minutes] = [86_400, 3600, 60].map((unit, i, units) =>
    Math.floor((i === 0 ? seconds : seconds % units[i - 1]) / unit),
  )
  return days > 0
    ? `${days} d ${hours} h`
    : hours > 0
      ? `${hours} h ${minutes} min`
      : `${minutes} min ${seconds % 60} s`
}

function showServer({ version, ready, draining, uptimeMs, residentBytes, eventLoopLagMs }) {
  const state = draining ? 'draining' : ready ? 'ready' : 'not ready'
  byId('server').textContent = [
    `${version} · ${state} · up ${duration(uptimeMs)}`,
    `${mebibytes(residentBytes)} resident · event loop ${milliseconds(eventLoopLagMs)}`,
  ].join(' · ')
}

function cells(version) {
  const { live } = version
  const number = (text) => element('td', { className: 'number' }, text)
  return element(
    'tr',
    {},
    element('td', {}, version.version ?? '–'),
    element('td', { className: version.state }, version.state),
    number(live ? live.requestsPerSecond.toFixed(1) : '–'),
    number(live ? live.errorsPerSecond.toFixed(2) : '–'),
    number(live ? milliseconds(live.p50Ms) : '–'),
    number(live ? milliseconds(live.p99Ms) : '–'),
    number(version.pending === undefined ? '–' : `${version.pending} / ${version.running}`),
    number(version.sizeBytes === undefined ? '–' : mebibytes(version.sizeBytes)),
    element('td', { className: 'reason' }, version.reason),
  )
}

const titles = ['Version', 'State', 'Req/s', 'Errors/s', 'P50', 'P99', 'Queued / running', 'Weights', '']

function showModel({ name, versions, rollout, breakers }) {
  const head = titles.map((title, i) => element('th', { className: i > 1 && i < 8 ? 'number' : '' }, title))
  const table = element(
    'table',
    {},
    element('thead', {}, element('tr', {}, ...head)),
    element('tbody', {}, ...versions.map(cells)),
  )
  const box = element('article', {}, element('h3', {}, name), element('div', { className: 'scroll' }, table))
  if (rollout) box.append(...showRollout(rollout.value))
  for (const { version, state } of breakers) {
    if (state === 'closed') continue
    box.append(
      element('p', { className: `small ${state}` }, `Circuit breaker of version ${version} is ${state}.`),
    )
  }
  return box
}

function showRollout({ labels, splits, rules, shadow }) {
  const target = (of) => of.label ?? `version ${of.version}`
  const bar = element('div', { className: 'shares', title: 'Shares of the traffic' })
  for (const split of splits) {
    const part = element('i', { title: `${target(split.target)}: ${split.percent} %` })
    part.style.width = `${split.percent}%`
    bar.append(part)
  }
  const words = [
    ...Object.entries(labels).map(([label, version]) => `${label} = ${version}`),
    ...splits.map((split) => `${split.percent} % to ${target(split.target)}`),
    ...rules.map((rule) => `rule ${rule.name} to ${target(rule.target)}`),
    ...(shadow ? [`shadow ${target(shadow.target)} (${shadow.percent} %)`] : []),
  ]
  return [bar, element('p', { className: 'small' }, words.join(' · '))]
}

const dataOf = ({ datatype }, count) =>
  Array.from({ length: count }, () => (datatype === 'BYTES' ? '' : datatype === 'BOOL' ? false : 0))

/** More would only make the page slow; such a body has to be completed. */
const mostExample = 200_000

/** A body with zeros of the right shape; sizes that are open are 1. */
function exampleFor({ versions }) {
  const served = versions.filter(({ inputs }) => inputs).at(-1)
  const inputs = (served?.inputs ?? []).map((input) => {
    const shape = input.shape.map((size) => (size < 0 ? 1 : size))
    const count = shape.reduce((product, size) => product * size, 1)
    return {
      name: input.name,
      datatype: input.datatype,
      shape,
      data: dataOf(input, Math.min(count, mostExample)),
    }
  })
  return JSON.stringify({ inputs })
}

let known = new Map()

function showModels(models) {
  byId('models').replaceChildren(...models.map(showModel))
  if (models.length === 0) byId('models').append('The repository has no models.')
  const select = byId('try').elements.model
  const names = models.map(({ name }) => name)
  const changed = names.join('\n') !== [...known.keys()].join('\n')
  known = new Map(models.map((model) => [model.name, model]))
  if (!changed) return
  select.replaceChildren(...names.map((name) => element('option', { value: name }, name)))
  fillBody()
}

function fillBody() {
  const { model, body } = byId('try').elements
  const chosen = known.get(model.value)
  if (chosen) body.value = exampleFor(chosen)
}

function describeEvent({ kind, ...event }) {
  switch (kind) {
    case 'load':
      return event.ok
        ? `loaded ${event.model} version ${event.version} in ${milliseconds(event.loadMs + event.warmupMs)}`
        : `could not load ${event.model} version ${event.version}: ${event.reason}`
    case 'unload':
      return `unloaded ${event.model} version ${event.version}`
    case 'swap':
      return `swapped in ${event.model} version ${event.version}, pause ${milliseconds(event.pauseMs)}`
    case 'fallback':
      return `${event.model} version ${event.version} fell back to ${event.to}: ${event.reason}`
    case 'breaker':
      return `breaker of ${event.model} version ${event.version} is ${event.state}: ${event.reason}`
    case 'shadow':
      return `shadow ${event.model} version ${event.version}: ${event.error ?? 'another winner'}`
    case 'audit':
      return `${event.subject}: ${event.action} ${event.target}${event.ok ? '' : ' (refused)'}`
    default:
      return event.message ?? kind
  }
}

function showEvents(events) {
  const list = byId('events')
  for (const { id, atMs, event } of [...events].reverse()) {
    lastEvent = Math.max(lastEvent, id)
    const time = new Date(atMs).toLocaleTimeString()
    list.prepend(element('li', { className: event.severity ?? '' }, `${time} · ${describeEvent(event)}`))
  }
  while (list.children.length > 100) list.lastChild.remove()
}

async function refresh() {
  try {
    const status = await call('/slipway/v1/status')
    // A server that was started anew counts its events from one again.
    if (status.server.startedAtMs !== startedAtMs) lastEvent = 0
    startedAtMs = status.server.startedAtMs
    const { events } = await call(`/slipway/v1/events?after=${lastEvent}`)
    showServer(status.server)
    showModels(status.models)
    showEvents(events)
    byId('notice').hidden = true
    byId('sign-in').hidden = true
  } catch (error) {
    byId('notice').textContent = error.message
    byId('notice').hidden = false
  }
  setTimeout(refresh, refreshMs)
}

byId('sign-in').addEventListener('submit', (event) => {
  event.preventDefault()
  proof = new FormData(event.target).get('proof')
  sessionStorage.setItem('slipway-proof', proof)
})

byId('try').elements.model.addEventListener('change', fillBody)
byId('try').addEventListener('submit', async (event) => {
  event.preventDefault()
  const { model, version, body } = event.target.elements
  const path = `/v2/models/${encodeURIComponent(model.value)}${
    version.value === '' ? '' : `/versions/${encodeURIComponent(version.value)}`
  }/infer`
  const started = performance.now()
  try {
    const answer = await call(path, { method: 'POST', body: body.value })
    const took = milliseconds(performance.now() - started)
    byId('answer').textContent = `${took}\n${JSON.stringify(answer, undefined, 1)}`
  } catch (error) {
    byId('answer').textContent = error.message
  }
})

refresh()
