import { execFileSync, spawnSync } from 'node:child_process'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { twiceModel, type Workspace, workspace } from '../testing.ts'

let at: Workspace

beforeAll(async () => {
  at = await workspace()
})
afterAll(() => at[Symbol.asyncDispose]())

const hasOpenssl = spawnSync('openssl', ['version']).status === 0

/** A certificate that vouches for itself, and is good for both sides. */
function identity(name: string): readonly [cert: string, key: string] {
  const key = [
    '-newkey',
    'ec',
    '-pkeyopt',
    'ec_paramgen_curve:prime256v1',
    '-nodes',
    '-keyout',
    `${name}.key`,
  ]
  const names = ['-subj', `/CN=${name}`, '-addext', 'subjectAltName=DNS:localhost,IP:127.0.0.1']
  const out = ['-out', `${name}.crt`, '-days', '2']
  execFileSync('openssl', ['req', '-x509', ...key, ...names, ...out], { cwd: at.folder, stdio: 'pipe' })
  return [`${at.folder}/${name}.crt`, `${at.folder}/${name}.key`]
}

describe.runIf(hasOpenssl)('certificates', () => {
  it('are asked of clients over both protocols, and shown by the load generator', async () => {
    await at.write('models/twice/1/model.onnx', twiceModel())
    const [serverCert, serverKey] = identity('server')
    const [clientCert, clientKey] = identity('client')
    const runs: Promise<{ readonly code: number; readonly err: string }>[] = []
    const load = ['--qps', '20', '--duration', '500ms', '--warmup', '0s', '--slo-achieved', '0']
    const bench = (url: string, ...tls: readonly string[]) =>
      at.slipway('bench', 'serve', url, ...load, '--tls-ca', serverCert, ...tls)
    await at.slipwayUntil(
      (out, stop) => {
        if (!out.includes('READY') || runs.length > 0) return
        const rest = /listening on (\S+)/.exec(out)![1]!
        const grpc = `grpcs://${/gRPC on (\S+)/.exec(out)![1]}`
        const shown = ['--tls-cert', clientCert, '--tls-key', clientKey]
        runs.push(bench(rest, ...shown), bench(grpc, ...shown), bench(rest), bench(grpc))
        void Promise.allSettled(runs).then(stop)
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
      ...['--tls-cert', serverCert, '--tls-key', serverKey, '--tls-client-ca', clientCert],
    )
    const outcomes = await Promise.all(runs)
    expect(outcomes.map(({ code, err }) => ({ code, error: err.slice(0, 9) }))).toEqual([
      { code: 0, error: '' },
      { code: 0, error: '' },
      { code: 2, error: '[SLP-N1] ' },
      { code: 2, error: '[SLP-N1] ' },
    ])
  })

  it('stand with their keys', async () => {
    const [cert] = identity('alone')
    const outcomes = [
      await at.slipway('serve', at.folder, '--tls-cert', cert),
      await at.slipway('serve', at.folder, '--tls-client-ca', cert),
      await at.slipway('bench', 'serve', 'https://127.0.0.1:1', '--tls-cert', cert),
    ]
    expect(outcomes.map(({ code, err }) => [code, err.includes('Cannot use TLS: --tls-')])).toEqual([
      [2, true],
      [2, true],
      [2, true],
    ])
  })
})
