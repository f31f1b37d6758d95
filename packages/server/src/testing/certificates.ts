/** Certificates for tests of TLS, made by openssl: an authority, a server for localhost, and a client. */
import { execFileSync, spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

export interface Identity {
  readonly key: Buffer
  readonly cert: Buffer
}

export interface Certificates {
  readonly authority: Identity
  readonly server: Identity
  readonly client: Identity
}

export const hasOpenssl = (): boolean => spawnSync('openssl', ['version']).status === 0

export function makeCertificates(): Certificates {
  const folder = mkdtempSync(join(tmpdir(), 'slipway-tls-'))
  const openssl = (...args: string[]) => execFileSync('openssl', args, { cwd: folder, stdio: 'pipe' })
  const identity = (name: string): Identity => ({
    key: readFileSync(join(folder, `${name}.key`)),
    cert: readFileSync(join(folder, `${name}.crt`)),
  })
  const newKey = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes']
  const sign = (name: string, subject: string) => {
    openssl('req', ...newKey, '-keyout', `${name}.key`, '-out', `${name}.csr`, '-subj', subject)
    const by = ['-CA', 'ca.crt', '-CAkey', 'ca.key', '-CAcreateserial', '-days', '2']
    openssl('x509', '-req', '-in', `${name}.csr`, '-out', `${name}.crt`, ...by, '-extfile', 'names')
  }
  try {
    writeFileSync(join(folder, 'names'), 'subjectAltName=DNS:localhost,IP:127.0.0.1\n')
    openssl(
      'req',
      '-x509',
      ...newKey,
      '-keyout',
      'ca.key',
      '-out',
      'ca.crt',
      '-days',
      '2',
      '-subj',
      '/CN=tests',
    )
    sign('server', '/CN=localhost')
    sign('client', '/O=Slipway/CN=ci, with comma')
    return { authority: identity('ca'), server: identity('server'), client: identity('client') }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}
