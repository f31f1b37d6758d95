// Draws on a canvas, brings the drawing to the form of the training digits, and shows the model's answer.
const canvas = document.querySelector('#canvas')
const pen = canvas.getContext('2d', { willReadFrequently: true })
const bars = [...Array(10).keys()].map(addBar)
const side = 28
const box = 20

function addBar(digit) {
  const row = document.createElement('li')
  row.innerHTML =
    '<span></span><span class="track"><span class="fill" style="width: 0"></span></span><span class="percent"></span>'
  row.firstElementChild.textContent = digit
  document.querySelector('#bars').append(row)
  return { fill: row.querySelector('.fill'), percent: row.querySelector('.percent') }
}

function clear() {
  pen.fillStyle = '#000'
  pen.fillRect(0, 0, canvas.width, canvas.height)
  show(undefined)
  document.querySelector('#status').textContent = ''
}

let drawing = false
canvas.addEventListener('pointerdown', (event) => {
  drawing = true
  canvas.setPointerCapture(event.pointerId)
  pen.beginPath()
  stroke(event)
})
canvas.addEventListener('pointermove', (event) => drawing && stroke(event))
for (const end of ['pointerup', 'pointercancel']) {
  canvas.addEventListener(end, () => {
    if (drawing) ask()
    drawing = false
  })
}
document.querySelector('#clear').addEventListener('click', clear)

function stroke({ offsetX, offsetY }) {
  pen.strokeStyle = '#fff'
  pen.lineWidth = 20
  pen.lineCap = 'round'
  pen.lineJoin = 'round'
  pen.lineTo(offsetX, offsetY)
  pen.stroke()
  pen.beginPath()
  pen.moveTo(offsetX, offsetY)
}

// The digits of MNIST fill a box of 20 × 20 and are centred by their mass in 28 × 28.
function picture() {
  const { data, width, height } = pen.getImageData(0, 0, canvas.width, canvas.height)
  let [left, top, right, bottom] = [width, height, -1, -1]
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      if (data[(y * width + x) * 4] < 64) continue
      ;[left, top, right, bottom] = [
        Math.min(left, x),
        Math.min(top, y),
        Math.max(right, x),
        Math.max(bottom, y),
      ]
    }
  }
  if (right < 0) return undefined
  const scale = box / Math.max(right - left + 1, bottom - top + 1)
  const draw = (dx, dy) => {
    const small = new OffscreenCanvas(side, side).getContext('2d', { willReadFrequently: true })
    small.imageSmoothingQuality = 'high'
    const [w, h] = [right - left + 1, bottom - top + 1]
    small.drawImage(canvas, left, top, w, h, dx, dy, w * scale, h * scale)
    const { data: rgba } = small.getImageData(0, 0, side, side)
    return Float32Array.from({ length: side * side }, (_, i) => rgba[i * 4] / 255)
  }
  const first = draw(0, 0)
  let [mass, x, y] = [0, 0, 0]
  first.forEach((value, i) => {
    mass += value
    x += value * ((i % side) + 0.5)
    y += value * (Math.floor(i / side) + 0.5)
  })
  return draw(side / 2 - x / mass, side / 2 - y / mass)
}

async function ask() {
  const pixels = picture()
  if (!pixels) return
  const started = performance.now()
  const body = {
    inputs: [{ name: 'image', shape: [1, 1, side, side], datatype: 'FP32', data: Array.from(pixels) }],
  }
  const status = document.querySelector('#status')
  try {
    const response = await fetch('/v2/models/digits/infer', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    })
    const answer = await response.json()
    if (!response.ok) throw new Error(answer.error)
    show(answer.outputs[0].data)
    status.textContent = `${Math.round(performance.now() - started)} ms`
  } catch (error) {
    status.textContent = error.message
  }
}

function show(probabilities) {
  const best = probabilities ? probabilities.indexOf(Math.max(...probabilities)) : undefined
  document.querySelector('#guess').textContent = best ?? '–'
  bars.forEach(({ fill, percent }, digit) => {
    const share = probabilities?.[digit] ?? 0
    fill.style.width = `${share * 100}%`
    percent.textContent = probabilities ? `${(share * 100).toFixed(1)} %` : ''
  })
}

clear()
