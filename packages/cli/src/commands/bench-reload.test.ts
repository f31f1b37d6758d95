import { readFile } from 'node:fs/promises'
import { expect, it } from 'vitest'
import type { Report } from '../bench/report.ts'
import { twiceModel, workspace } from '../testing.ts'

it.each([
  ['REST', /listening on (\S+)/, ''],
  ['gRPC', /gRPC on (\S+)/, 'grpc://'],
])(
  'slipway bench serve loads a model anew under load over %s, without a failure',
  async (_name, where, scheme) => {
    await using at = await workspace()
    await at.write('models/twice/1/model.onnx', twiceModel())
    const json = `${at.folder}/report.json`
    let run: ReturnType<typeof at.slipway> | undefined
    const options = ['--model-control', 'explicit', '--load-model', '*', '--state', `${at.folder}/state.db`]
    await at.slipwayUntil(
      (out, stop) => {
        if (!out.includes('READY') || run) return
        const load = ['--qps', '50', '--duration', '2s', '--warmup', '0s', '--slo-achieved', '0']
        const url = scheme + where.exec(out)![1]
        run = at.slipway('bench', 'serve', url, ...load, '--reload-every', '100ms', '--json', json)
        void run.finally(stop)
      },
      ...['serve', `${at.folder}/models`, '--port', '0', '--drain-delay', '0', ...options],
    )
    expect(await run).toMatchObject({ code: 0, err: '' })
    const { reloads, steps } = JSON.parse(await readFile(json, 'utf8')) as Report
    expect(reloads).toMatchObject({ failed: 0, during: { failed: 0 }, outside: { failed: 0 } })
    expect(reloads!.count).toBeGreaterThan(0)
    expect(reloads!.during.ok + reloads!.outside.ok).toBe(steps[0]!.ok)
  },
)

it('slipway bench serve ends with 1 where a model cannot be loaded anew', async () => {
  await using at = await workspace()
  await at.write('models/twice/1/model.onnx', twiceModel())
  let run: ReturnType<typeof at.slipway> | undefined
  await at.slipwayUntil(
    (out, stop) => {
      if (!out.includes('READY') || run) return
      const load = ['--qps', '50', '--duration', '500ms', '--warmup', '0s', '--slo-achieved', '0']
      run = at.slipway(
        'bench',
        'serve',
        /listening on (\S+)/.exec(out)![1]!,
        ...load,
        '--reload-every',
        '50ms',
      )
      void run.finally(stop)
    },
    ...[
      'serve',
      `${at.folder}/models`,
      '--port',
      '0',
      '--drain-delay',
      '0',
      '--state',
      `${at.folder}/state.db`,
    ],
  )
  expect(await run).toMatchObject({ code: 1, out: /reloads: \d+, \d+ failed \(\[SLP-R15\]/ })
})
