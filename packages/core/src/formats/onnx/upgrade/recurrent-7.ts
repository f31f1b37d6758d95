/** Outputs may simply be left out since version 7. */
import { defineUpgrade } from './define.ts'
import { dropAttributes } from './helpers.ts'

export const gru = defineUpgrade(dropAttributes('GRU', 7, 'output_sequence'))
export const lstm = defineUpgrade(dropAttributes('LSTM', 7, 'output_sequence'))
export const rnn = defineUpgrade(dropAttributes('RNN', 7, 'output_sequence'))
