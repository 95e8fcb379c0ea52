using System.Globalization;
using System.Text;
using Orchestrator.Model.Cel.Types;
using Orchestrator.Model.Cel.Values;

namespace Orchestrator.Model.Cel.Functions;

/// <summary>Conversions between types, and <c>type</c>.</summary>
internal static class ConversionFunctions
{
    public static IEnumerable<(string, CelFunction)> All =>
    [
        ("dyn(A): dyn", (a, _) => a[0]),
        ("type(A): type", (a, _) => TypeOf(a[0])),
        ("bool(bool): bool", (a, _) => a[0]),
        ("bool(string): bool", (a, _) => ParseBool((string)a[0]!)),
        ("int(int): int", (a, _) => a[0]),
        ("int(uint): int", (a, _) => ArithmeticFunctions.Fit<long>((ulong)a[0]!)),
        ("int(double): int", (a, _) => FromReal((double)a[0]!, -9.2233720368547758e18, 9.2233720368547758e18) is { } n ? (long)n : Range("integer")),
        ("int(string): int", (a, _) => long.TryParse((string)a[0]!, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long n) ? n : Unreadable(a[0], "int")),
        ("int(timestamp): int", (a, _) => ((DateTimeOffset)a[0]!).ToUnixTimeSeconds()),
        ("int(duration): int", (a, _) => ArithmeticFunctions.Fit<long>((Int128)((TimeSpan)a[0]!).Ticks * 100)),
        ("uint(uint): uint", (a, _) => a[0]),
        ("uint(int): uint", (a, _) => ArithmeticFunctions.Fit<ulong>((long)a[0]!)),
        ("uint(double): uint", (a, _) => FromReal((double)a[0]!, -1, 1.8446744073709552e19) is { } n ? (ulong)n : Range("unsigned integer")),
        ("uint(string): uint", (a, _) => ulong.TryParse((string)a[0]!, NumberStyles.None, CultureInfo.InvariantCulture, out ulong n) ? n : Unreadable(a[0], "uint")),
        ("double(double): double", (a, _) => a[0]),
        ("double(int): double", (a, _) => (double)(long)a[0]!),
        ("double(uint): double", (a, _) => (double)(ulong)a[0]!),
        ("double(string): double", (a, _) => double.TryParse((string)a[0]!, NumberStyles.Float, CultureInfo.InvariantCulture, out double n) ? n : Unreadable(a[0], "double")),
        ("string(string): string", (a, _) => a[0]),
        ("string(bool): string", (a, _) => (bool)a[0]! ? "true" : "false"),
        ("string(int): string", (a, _) => ((long)a[0]!).ToString(CultureInfo.InvariantCulture)),
        ("string(uint): string", (a, _) => ((ulong)a[0]!).ToString(CultureInfo.InvariantCulture)),
        ("string(double): string", (a, _) => CelText.Write((double)a[0]!)),
        ("string(bytes): string", (a, b) => b.SpendText(((CelBytes)a[0]!).Length) ? CelText.FromUtf8((CelBytes)a[0]!) : null),
        ("string(timestamp): string", (a, _) => CelTime.Write((DateTimeOffset)a[0]!)),
        ("string(duration): string", (a, _) => CelTime.Write((TimeSpan)a[0]!)),
        ("bytes(bytes): bytes", (a, _) => a[0]),
        ("bytes(string): bytes", (a, b) => b.SpendText(((string)a[0]!).Length) ? new CelBytes(Encoding.UTF8.GetBytes((string)a[0]!)) : null),
        ("timestamp(timestamp): timestamp", (a, _) => a[0]),
        ("timestamp(string): timestamp", (a, _) => CelTime.ParseTimestamp((string)a[0]!) as object ?? Unreadable(a[0], "timestamp")),
        ("timestamp(int): timestamp", (a, _) => (long)a[0]! is >= -62135596800 and <= 253402300799 ? DateTimeOffset.FromUnixTimeSeconds((long)a[0]!) : Range("timestamp")),
        ("duration(duration): duration", (a, _) => a[0]),
        ("duration(string): duration", (a, _) => CelTime.ParseDuration((string)a[0]!) as object ?? Unreadable(a[0], "duration")),
    ];

    private static CelType TypeOf(object? value) => value is CelType ? CelType.Of(CelKind.Type) : CelType.Of(CelValue.KindOf(value));

    private static object ParseBool(string text) => text switch
    {
        "1" or "t" or "T" or "true" or "TRUE" or "True" => true,
        "0" or "f" or "F" or "false" or "FALSE" or "False" => false,
        _ => Unreadable(text, "bool"),
    };

    private static double? FromReal(double number, double above, double below) => number > above && number < below ? Math.Truncate(number) : null;

    private static CelError Range(string type) => new($"{type} overflow");

    private static CelError Unreadable(object? text, string type)
    {
        string shown = (string)text!;
        return new CelError($"type conversion error from '{(shown.Length > 64 ? shown[..64] + "..." : shown)}' to '{type}'");
    }
}
