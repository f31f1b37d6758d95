/** Certificates of a server, whatever it speaks. */

export interface TlsOptions {
  /** PEM. */
  readonly key: string | Buffer
  readonly cert: string | Buffer
  /** Authorities of clients' certificates; where it is given, a client without such a certificate is turned away. */
  readonly clientCa?: string | Buffer
}

/** What Node makes a server of that offers these protocols. */
export function tlsServerOptions({ key, cert, clientCa }: TlsOptions, protocols: readonly string[]) {
  const client = clientCa === undefined ? {} : { ca: clientCa, requestCert: true, rejectUnauthorized: true }
  return { key, cert, ALPNProtocols: [...protocols], ...client }
}
