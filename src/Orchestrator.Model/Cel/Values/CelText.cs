using System.Globalization;
using System.Text;

namespace Orchestrator.Model.Cel.Values;

/// <summary>Values as text, and back.</summary>
internal static class CelText
{
    public static object FromBase64(string text)
    {
        byte[] buffer = new byte[(text.Length / 4 * 3) + 3];
        return Convert.TryFromBase64String(text, buffer, out int written) ? new CelBytes(buffer[..written]) : new CelError("the value is not in base64");
    }

    /// <summary>As <c>string(double)</c> gives it.</summary>
    public static string Write(double number) => number switch
    {
        double.PositiveInfinity => "+Inf",
        double.NegativeInfinity => "-Inf",
        double.NaN => "NaN",
        _ => number.ToString("R", CultureInfo.InvariantCulture).ToLowerInvariant(),
    };

    /// <summary>The text of bytes, which must be UTF-8.</summary>
    public static object FromUtf8(CelBytes bytes)
    {
        try
        {
            return new UTF8Encoding(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true).GetString(bytes.Content);
        }
        catch (DecoderFallbackException)
        {
            return new CelError("invalid UTF-8 in bytes, cannot convert to string");
        }
    }

    /// <summary>How many characters (code points) a text has.</summary>
    public static long CodePoints(string text)
    {
        long count = text.Length;
        foreach (char c in text)
        {
            count -= char.IsLowSurrogate(c) ? 1 : 0;
        }

        return count;
    }

    /// <summary>Offset in the text of a code point; -1 outside.</summary>
    public static int OffsetOf(string text, long codePoint)
    {
        if (codePoint < 0 || codePoint > text.Length)
        {
            return -1;
        }

        int offset = 0;
        for (long i = 0; i < codePoint; i++)
        {
            if (offset >= text.Length)
            {
                return -1;
            }

            offset += char.IsHighSurrogate(text[offset]) && offset + 1 < text.Length ? 2 : 1;
        }

        return offset;
    }

    /// <summary>The code point that stands at an offset.</summary>
    public static long CodePointAt(string text, int offset) => CodePoints(text[..offset]);
}
