/** Gives every property the seed of this run, as the other random tests have it: the same tree gives the same verdict. */
import * as fc from 'fast-check'

fc.configureGlobal({ seed: Number(process.env['SLIPWAY_SEED'] ?? 1) })
