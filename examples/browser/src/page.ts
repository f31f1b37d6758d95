/** The page: loads the model with progress, takes pictures, and shows the five likeliest classes. */
import { fetchModel, type Session } from '@slipway/core'
import { type Classification, classify } from './classify.ts'
import { openModel } from './engine.ts'
import { centerCrop, side, toPlanes } from './preprocess.ts'
import { topClasses } from './top-classes.ts'

const element = <T extends Element>(id: string, type: new () => T): T => {
  const found = document.getElementById(id)
  if (found instanceof type) return found
  throw new Error(`the page lacks #${id}`)
}
const canvas = element('canvas', HTMLCanvasElement)
const file = element('file', HTMLInputElement)
const drop = element('drop', HTMLElement)
const status = element('status', HTMLElement)
const progress = element('progress', HTMLProgressElement)
const list = element('classes', HTMLOListElement)
const timing = element('timing', HTMLElement)
const notice = element('notice', HTMLElement)

declare global {
  /** What the page last showed, for tests and for the curious. */
  var lastClassification: Classification | undefined
}

start().catch((error: unknown) => {
  progress.hidden = true
  status.textContent = error instanceof Error ? error.message : String(error)
})

async function start(): Promise<void> {
  const startedMs = performance.now()
  const labels = (await (await fetch('labels.txt')).text()).split('\n')
  const bytes = await fetchModel('model.onnx', {
    onProgress: ({ loadedBytes, totalBytes }) => {
      if (totalBytes === undefined) progress.removeAttribute('value')
      else progress.value = loadedBytes / totalBytes
    },
  })
  status.textContent = 'Preparing the model …'
  progress.removeAttribute('value')
  const session = await openModel(bytes, wantedThreads())
  progress.hidden = true
  timing.textContent = `Ready after ${seconds(performance.now() - startedMs)}.`
  if (!crossOriginIsolated) {
    notice.hidden = false
    notice.textContent =
      'The server does not isolate this page, so it shares no memory and runs on one thread.'
  }
  const show = (picture: Blob) => look(session, labels, picture).catch(report)
  file.disabled = false
  file.addEventListener('change', () => file.files?.[0] && show(file.files[0]))
  takeDrops(show)
  status.textContent = 'Choose a picture.'
  const sample = await fetch('picture')
  if (sample.ok) await show(await sample.blob())
}

/** `?threads=2` in the address; the engine's own choice without that. */
function wantedThreads(): number | undefined {
  const given = new URLSearchParams(location.search).get('threads')
  return given === null ? undefined : Number(given)
}

function report(error: unknown): void {
  status.textContent = error instanceof Error ? error.message : String(error)
}

async function look(session: Session, labels: readonly string[], picture: Blob): Promise<void> {
  status.textContent = 'Looking …'
  const input = await draw(picture)
  const startedMs = performance.now()
  const result = await classify(session, input)
  const ms = performance.now() - startedMs
  const ranked = topClasses(result.probabilities)
  list.replaceChildren(
    ...ranked.map(({ index, probability }) => row(labels[index] ?? `class ${index}`, probability)),
  )
  status.textContent = `This looks like: ${labels[ranked[0]!.index]}`
  const { threads } = session.report()
  timing.textContent = `One run took ${seconds(ms)} on ${threads} ${threads === 1 ? 'thread' : 'threads'}.`
  globalThis.lastClassification = result
}

/** Draws the part of the picture that the model sees and returns it as the model wants it. */
async function draw(picture: Blob): Promise<Float32Array<ArrayBuffer>> {
  const bitmap = await createImageBitmap(picture)
  const pen = canvas.getContext('2d', { willReadFrequently: true })
  if (!pen) throw new Error('Cannot draw: the browser gives no canvas')
  const { x, y, size } = centerCrop(bitmap.width, bitmap.height)
  pen.imageSmoothingQuality = 'high'
  pen.clearRect(0, 0, side, side)
  pen.drawImage(bitmap, x, y, size, size, 0, 0, side, side)
  bitmap.close()
  return toPlanes(pen.getImageData(0, 0, side, side).data)
}

function row(label: string, probability: number): HTMLLIElement {
  const item = document.createElement('li')
  const [name, share, meter] = ['span', 'span', 'meter'].map((tag) => document.createElement(tag))
  name!.textContent = label
  share!.textContent = `${(100 * probability).toFixed(1)} %`
  meter!.setAttribute('value', String(probability))
  meter!.setAttribute('aria-label', label)
  item.append(name!, share!, meter!)
  return item
}

function takeDrops(show: (picture: Blob) => void): void {
  drop.addEventListener('dragover', (event) => {
    event.preventDefault()
    drop.classList.add('over')
  })
  drop.addEventListener('dragleave', () => drop.classList.remove('over'))
  drop.addEventListener('drop', (event) => {
    event.preventDefault()
    drop.classList.remove('over')
    const picture = event.dataTransfer?.files[0]
    if (picture) show(picture)
  })
}

const seconds = (ms: number): string => (ms < 1000 ? `${ms.toFixed(0)} ms` : `${(ms / 1000).toFixed(1)} s`)
