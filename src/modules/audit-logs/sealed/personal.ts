/** Which values of a record are personal: they are sealed beside the line, and the line says `[sealed]`. */

export type Json = string | number | boolean | null | Json[] | { [name: string]: Json };
export const sealedMark = '[sealed]';

/** Names of fields that hold data about a person or words a person typed. Compared without case, `-` and `_`. */
const personalNames = new Set(
  `email mail emailaddress phone phonenumber mobile address ip ipaddress clientaddress useragent username login firstname lastname fullname
   displayname givenname familyname surname birthday birthdate dateofbirth iban comment comments note notes reason justification rationale
   remark remarks statement message description text body subjectname contact`.split(/\s+/),
);
/** Of a person's own record, where elsewhere they name things. */
const namesOfPeople = new Set(['name', 'title']);

/* Shapes that are personal wherever they stand. Every repetition is bounded: the text may be an attacker's. */
const shapes: readonly RegExp[] = [
  /[^\s@<>"]{1,64}@[^\s@<>".]{1,63}\.[^\s@<>"]{1,190}/u,
  /(?<![\d.])\d{1,3}(?:\.\d{1,3}){3}(?![\d.])/u,
  /(?<![\w:])(?:[0-9a-f]{1,4}:){4,7}[0-9a-f]{1,4}(?![\w:])/iu,
  /(?<!\d)\+\d{1,3}[ ().-]{0,2}\d(?:[ ().-]{0,2}\d){6,13}(?!\d)/u,
];

/** Whether a text has the shape of a mail address, an address of a machine or a phone number. Pure; linear in its length. */
export function looksPersonal(text: string): boolean {
  return shapes.some((shape) => shape.test(text));
}

/**
 * A value as the line shows it. Pure.
 * @param name of the field. @param ofPerson whether the record is about a person, so that `name` is theirs.
 * @returns the value with what is personal marked, and whether anything was.
 */
export function withoutPersonal(name: string, value: Json, ofPerson: boolean): { readonly shown: Json; readonly isPersonal: boolean } {
  if (value === null || typeof value === 'boolean') return { shown: value, isPersonal: false };
  if (isPersonalName(name, ofPerson)) return { shown: sealedMark, isPersonal: true };
  if (typeof value === 'number') return { shown: value, isPersonal: false };
  if (typeof value === 'string')
    return looksPersonal(value) ? { shown: sealedMark, isPersonal: true } : { shown: value, isPersonal: false };
  if (Array.isArray(value)) {
    const items = value.map((item) => withoutPersonal('', item, ofPerson));
    return { shown: items.map(({ shown }) => shown), isPersonal: items.some(({ isPersonal }) => isPersonal) };
  }
  let isPersonal = false;
  const members = Object.entries(value).map(([key, member]): [string, Json] => {
    const inner = withoutPersonal(key, member, ofPerson);
    // A name that is itself a mail address: the member goes as a whole.
    const hidesName = looksPersonal(key);
    isPersonal ||= inner.isPersonal || hidesName;
    return hidesName ? [sealedMark, sealedMark] : [key, inner.shown];
  });
  return { shown: Object.fromEntries(members), isPersonal };
}

export function isPersonalName(name: string, ofPerson: boolean): boolean {
  const plain = name.toLowerCase().replace(/[-_]/g, '');
  return personalNames.has(plain) || (ofPerson && namesOfPeople.has(plain));
}
