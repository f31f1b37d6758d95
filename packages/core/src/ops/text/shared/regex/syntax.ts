/** What a regular expression is made of, as far as matching a whole text goes: no captures, no greed. */

/** A character is one code point as a string. */
export type CharacterTest = (character: string) => boolean

/** Looks at the characters around a place; undefined where the text ends. */
export type PlaceTest = (before: string | undefined, after: string | undefined) => boolean

export type Syntax =
  | { readonly kind: 'character'; readonly test: CharacterTest }
  | { readonly kind: 'place'; readonly test: PlaceTest }
  | { readonly kind: 'sequence'; readonly parts: readonly Syntax[] }
  | { readonly kind: 'choice'; readonly parts: readonly Syntax[] }
  | {
      readonly kind: 'repeat'
      readonly part: Syntax
      readonly least: number
      /** Infinity for no bound. */
      readonly most: number
    }
