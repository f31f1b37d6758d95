/** The status page in a real browser, as it stands after a load, requests, a rollout and a fall-back. */
import { execFile } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect, it } from 'vitest'
import { createServer } from './server.ts'
import { pairGraph, repositoryWith } from './testing/fixture.ts'
import { operatorOf } from './testing/operator.ts'

const chromium = [process.env['CHROMIUM'], '/usr/bin/chromium', '/usr/bin/google-chrome'].find(
  (path) => path !== undefined && existsSync(path),
)
if (chromium === undefined) console.log('the status page is not looked at: no chromium is installed')

it.skipIf(chromium === undefined)('shows models, shares and events', async () => {
  using fixture = repositoryWith({
    'pair/1/model.onnx': pairGraph('Add'),
    'pair/2/model.onnx': pairGraph('Sub'),
  })
  writeFileSync(join(fixture.root, 'pair/2/model.onnx'), 'no model at all')
  await using server = await createServer({ settleMs: 0, repository: fixture.root })
  const url = await server.listen({ port: 0 })
  await server.loaded
  const operator = operatorOf(server.app)
  await operator.roll('pair', {
    labels: { stable: '1', canary: '2' },
    splits: [{ target: { label: 'canary' }, percent: 20 }],
  })
  const inputs = ['a', 'b'].map((name) => ({ name, datatype: 'FP32', shape: [1, 2], data: [1, 2] }))
  for (let i = 0; i < 50; i++)
    await operator.json('/v2/models/pair/infer', { method: 'POST', body: { inputs } })
  const page = await look(`${url}/`)
  expect(page).toMatch(/<h3>pair<\/h3>/)
  expect(page).toMatch(/<td class="READY">READY<\/td>/)
  expect(page).toMatch(/<td class="UNAVAILABLE">UNAVAILABLE<\/td>/)
  expect(page).toContain('20 % to canary')
  expect(page).toContain('loaded pair version 1')
  expect(page).toContain('could not load pair version 2')
  expect(page).toMatch(/<p id="notice"[^>]*hidden/)
})

/** The page's elements after its scripts have run; a picture of it where SCREENSHOT names a file. */
async function look(url: string): Promise<string> {
  const profile = mkdtempSync(join(tmpdir(), 'slipway-chromium-'))
  // Chromium has no sandbox where the test runs as root in a container.
  const common = ['--headless', '--no-sandbox', '--disable-gpu', `--user-data-dir=${profile}`]
  const run = promisify(execFile)
  try {
    const picture = process.env['SCREENSHOT']
    const shot = ['--window-size=1200,1000', `--screenshot=${picture}`]
    if (picture !== undefined) await run(chromium!, [...common, '--virtual-time-budget=3000', ...shot, url])
    const { stdout } = await run(chromium!, [...common, '--virtual-time-budget=3000', '--dump-dom', url])
    return stdout
  } finally {
    rmSync(profile, { recursive: true, force: true })
  }
}
