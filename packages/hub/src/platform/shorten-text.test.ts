import fc from 'fast-check';
import { expect, test } from 'vitest';
import { shortenText } from './shorten-text.ts';

const within = (most: number) => (text: string) => Buffer.byteLength(text) <= most;

test.each([
  ['that fits', 'Remove the app. Restart.', 100, 'Remove the app. Restart.'],
  ['at a sentence', 'Remove the app. Restart the phone. Ask.', 36, 'Remove the app. Restart the phone.'],
  ['in Cyrillic', 'Удалите приложение. Перезагрузите телефон.', 60, 'Удалите приложение.'],
  ['in Japanese', 'このアプリを削除してください。再起動してください。', 50, 'このアプリを削除してください。'],
  ['in Hindi', 'ऐप हटाएं। फ़ोन पुनः आरंभ करें।', 40, 'ऐप हटाएं।'],
  ['in Arabic', 'هل حذفت التطبيق؟ أعد تشغيل الهاتف.', 40, 'هل حذفت التطبيق؟'],
  ['of one sentence, at a word', 'Remove the application from the telephone', 30, 'Remove the application from…'],
  ['in Thai, which puts nothing between words', 'ลบแอปออกจากโทรศัพท์ของคุณ', 40, 'ลบแอปออกจาก…'],
  ['of one word', 'x'.repeat(40), 20, `${'x'.repeat(17)}…`],
  ['of people who are one character', '👩‍👩‍👧‍👦👩‍👩‍👧‍👦👩‍👩‍👧‍👦', 55, '👩‍👩‍👧‍👦👩‍👩‍👧‍👦…'],
  ['for which there is no room', 'Remove', 2, ''],
])('a text %s', (_, text, most, expected) => {
  expect(shortenText(text, 'en', within(most))).toBe(expected);
});

test('a shortened text fits, and is a beginning', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme', maxLength: 200 }), fc.nat(300), (text, most) => {
      const short = shortenText(text, 'sv', within(most));
      expect(Buffer.byteLength(short)).toBeLessThanOrEqual(most);
      expect(text.startsWith(short.replace(/…$/u, ''))).toBe(true);
    }),
  );
});
