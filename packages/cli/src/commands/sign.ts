import { SlipwayError } from '@slipway/core'
import { defineCommand } from '../define-command.ts'
import { readSignedLock, signLock } from '../io/sign-lock.ts'
import { visible } from '../io/terminal.ts'

export const sign = defineCommand({
  name: 'sign',
  about: 'Signs a lock with an Ed25519 key, or says whether its signature holds',
  arguments: [{ name: '<lock>', about: 'a file that slipway lock has written' }],
  options: [
    { flags: '--key <file>', about: 'private key, PEM: sign' },
    { flags: '--verify <file>', about: 'public key, PEM: say whether the signature holds' },
  ],
  examples: [
    'slipway sign slipway.lock.json --key private.pem',
    'slipway sign slipway.lock.json --verify public.pem',
  ],
  async run({ positional, text }, terminal) {
    const path = positional[0]!
    const [key, publicKey] = [text('key'), text('verify')]
    if ((key === undefined) === (publicKey === undefined))
      throw new SlipwayError('SLP-C1', 'Cannot sign: one of --key and --verify must be given')
    if (key !== undefined) {
      terminal.print(visible(`${await signLock(path, key)}: signed`))
      return 0
    }
    try {
      const { models } = await readSignedLock(path, publicKey!)
      terminal.print(visible(`${path}: the signature holds for ${Object.keys(models).length} models`))
      return 0
    } catch (error) {
      if (!(error instanceof SlipwayError) || error.code !== 'SLP-D3') throw error
      terminal.warn(visible(error.message))
      return 1
    }
  },
})
