/** Certificates from files, for the server and for whoever asks it. */
import { readFile } from 'node:fs/promises'
import { SlipwayError } from '@slipway/core'
import type { CommandArgs, OptionSpec } from '../define-command.ts'

const own: readonly OptionSpec[] = [
  { flags: '--tls-cert <file>', about: 'certificate, PEM' },
  { flags: '--tls-key <file>', about: 'key of the certificate, PEM' },
]

export const serverTlsOptions: readonly OptionSpec[] = [
  ...own,
  {
    flags: '--tls-client-ca <file>',
    about: 'authorities, PEM: clients without a certificate of theirs are turned away',
  },
]

export const clientTlsOptions: readonly OptionSpec[] = [
  {
    flags: '--tls-ca <file>',
    about: "authorities of the server's certificate, PEM; those of Node unless given",
  },
  ...own,
]

export interface TlsFiles {
  readonly identity: { readonly cert: Buffer; readonly key: Buffer } | undefined
  readonly authorities: Buffer | undefined
}

/** Throws SLP-C1 for a certificate without its key, SLP-C2 for files that cannot be read. */
export async function readTlsFiles(args: CommandArgs, authority: 'tlsCa' | 'tlsClientCa'): Promise<TlsFiles> {
  const names = ['tlsCert', 'tlsKey', authority]
  const [cert, key, authorities] = await Promise.all(names.map((name) => pem(args.text(name))))
  if (cert && key) return { identity: { cert, key }, authorities }
  if (!cert && !key) return { identity: undefined, authorities }
  throw new SlipwayError('SLP-C1', 'Cannot use TLS: --tls-cert and --tls-key must both be given, got one')
}

async function pem(path: string | undefined): Promise<Buffer | undefined> {
  if (path === undefined) return undefined
  return readFile(path).catch((cause) => {
    throw new SlipwayError('SLP-C2', `Cannot read file: it must exist and be readable, got "${path}"`, {
      cause,
    })
  })
}
