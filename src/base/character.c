// SPDX-License-Identifier: MIT
#include "base/character.h"

#include "base/utf8.h"

// By their first number, for a search from the front. The first one that fits counts, so single
// characters come before the block that they belong to.
static const struct {
    uint32_t first, last;
    const char *name;
} names[] = {
    {0x0000, 0x0000, "NUL"},
    {0x0007, 0x0007, "bell"},
    {0x0008, 0x0008, "backspace"},
    {0x0009, 0x0009, "tab"},
    {0x000A, 0x000A, "newline"},
    {0x000B, 0x000B, "vertical tab"},
    {0x000C, 0x000C, "form feed"},
    {0x000D, 0x000D, "carriage return"},
    {0x001B, 0x001B, "escape"},
    {0x0001, 0x001F, "control character"},
    {0x0020, 0x0020, "blank"},
    {0x007F, 0x007F, "delete"},
    {0x0085, 0x0085, "next line"},
    {0x0080, 0x009F, "control character"},
    {0x00A0, 0x00A0, "no-break space"},
    {0x00AB, 0x00AB, "angle quote"},
    {0x00AD, 0x00AD, "soft hyphen"},
    {0x00B4, 0x00B4, "acute accent"},
    {0x00BB, 0x00BB, "angle quote"},
    {0x034F, 0x034F, "combining grapheme joiner"},
    {0x0300, 0x036F, "combining accent"},
    {0x0370, 0x03FF, "Greek letter"},
    {0x0400, 0x052F, "Cyrillic letter"},
    {0x061C, 0x061C, "Arabic letter mark"},
    {0x0660, 0x0669, "Arabic digit"},
    {0x115F, 0x1160, "Hangul filler"},
    {0x1680, 0x1680, "Ogham space mark"},
    {0x17B4, 0x17B5, "invisible Khmer vowel"},
    {0x180B, 0x180D, "Mongolian variation selector"},
    {0x180E, 0x180E, "Mongolian vowel separator"},
    {0x2007, 0x2007, "figure space"},
    {0x2009, 0x2009, "thin space"},
    {0x200A, 0x200A, "hair space"},
    {0x2000, 0x2008, "wide space"},
    {0x200B, 0x200B, "zero-width space"},
    {0x200C, 0x200C, "zero-width non-joiner"},
    {0x200D, 0x200D, "zero-width joiner"},
    {0x200E, 0x200E, "left-to-right mark"},
    {0x200F, 0x200F, "right-to-left mark"},
    {0x2010, 0x2010, "hyphen"},
    {0x2011, 0x2011, "no-break hyphen"},
    {0x2012, 0x2012, "figure dash"},
    {0x2013, 0x2013, "en dash"},
    {0x2014, 0x2015, "em dash"},
    {0x2018, 0x201F, "curly quote"},
    {0x2022, 0x2022, "bullet"},
    {0x2026, 0x2026, "ellipsis"},
    {0x2028, 0x2028, "line separator"},
    {0x2029, 0x2029, "paragraph separator"},
    {0x202A, 0x202E, "direction mark"},
    {0x202F, 0x202F, "narrow no-break space"},
    {0x2032, 0x2036, "prime"},
    {0x2039, 0x203A, "angle quote"},
    {0x205F, 0x205F, "mathematical space"},
    {0x2060, 0x2060, "word joiner"},
    {0x2061, 0x2064, "invisible operator"},
    {0x2066, 0x2069, "direction mark"},
    {0x206A, 0x206F, "invisible format character"},
    {0x2212, 0x2212, "minus sign"},
    {0x25CF, 0x25CF, "black circle"},
    {0x2800, 0x2800, "blank braille pattern"},
    {0x3000, 0x3000, "ideographic space"},
    {0x3164, 0x3164, "Hangul filler"},
    {0xE000, 0xF8FF, "private-use character"},
    {0xFE00, 0xFE0F, "variation selector"},
    {0xFEFF, 0xFEFF, "byte-order mark"},
    {0xFF10, 0xFF19, "full-width digit"},
    {0xFF21, 0xFF3A, "full-width letter"},
    {0xFF41, 0xFF5A, "full-width letter"},
    {0xFF01, 0xFF5E, "full-width sign"},
    {0xFFA0, 0xFFA0, "Hangul filler"},
    {0xFFF9, 0xFFFB, "annotation mark"},
    {0xFFFC, 0xFFFC, "object replacement character"},
    {0xFFFD, 0xFFFD, "replacement character"},
    {0x1D400, 0x1D7FF, "mathematical letter"},
    {0xE0000, 0xE007F, "invisible tag"},
    {0xE0100, 0xE01EF, "variation selector"},
};

void character_add_name(struct text *out, struct span span)
{
    uint32_t code = 0;
    if (utf8_decode(span.text, span.len, &code) == 0) {
        text_add(out, "a byte that is not UTF-8");
        return;
    }
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        if (code >= names[i].first && code <= names[i].last) {
            text_add(out, "U+%04X %s", (unsigned)code, names[i].name);
            return;
        }
    text_add(out, "U+%04X (outside ASCII)", (unsigned)code);
}
