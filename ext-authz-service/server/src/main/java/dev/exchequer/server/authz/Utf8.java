package dev.exchequer.server.authz;

/** Well-formed UTF-8 by table 3-7 of the Unicode standard: no overlong forms, no surrogates, nothing above U+10FFFF. */
final class Utf8 {
  private Utf8() {}

  /**
   * Passes over one character.
   *
   * @param i where a byte >= 0x80 stands
   * @return the position after its character, -1 = malformed
   */
  static int next(byte[] bytes, int i, int end) {
    int lead = bytes[i] & 0xff;
    int more = lead < 0xc2 ? -1 : lead < 0xe0 ? 1 : lead < 0xf0 ? 2 : lead < 0xf5 ? 3 : -1;
    if (more < 0 || i + more >= end) {
      return -1;
    }
    int second = bytes[i + 1] & 0xff;
    int low = lead == 0xe0 ? 0xa0 : lead == 0xf0 ? 0x90 : 0x80;
    int high = lead == 0xed ? 0x9f : lead == 0xf4 ? 0x8f : 0xbf;
    if (second < low || second > high) {
      return -1;
    }
    for (int k = i + 2; k <= i + more; k++) {
      if ((bytes[k] & 0xc0) != 0x80) {
        return -1;
      }
    }
    return i + more + 1;
  }
}
