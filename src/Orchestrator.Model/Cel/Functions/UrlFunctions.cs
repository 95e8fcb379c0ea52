using Orchestrator.Model.Cel.Values;

namespace Orchestrator.Model.Cel.Functions;

/// <summary>URLs: absolute ones, and absolute paths (Kubernetes' URL library).</summary>
internal static class UrlFunctions
{
    private const int MaxLength = 16_384;

    // What has no scheme and host of its own is read relative to this.
    private static readonly Uri Nowhere = new("none://", UriKind.Absolute);

    public static IEnumerable<(string, CelFunction)> All =>
    [
        ("url(string): Url", (a, b) => b.SpendText(((string)a[0]!).Length) ? Parse((string)a[0]!) as object ?? new CelError("URL parse error") : null),
        ("isURL(string): bool", (a, b) => b.SpendText(((string)a[0]!).Length) && Parse((string)a[0]!) is not null),
        ("Url.getScheme(): string", (a, _) => Of(a) is var u && IsPath(u) ? "" : u.Scheme),
        ("Url.getHost(): string", (a, _) => Of(a) is var u && IsPath(u) ? "" : Authority(u)),
        ("Url.getHostname(): string", (a, _) => Of(a) is var u && IsPath(u) ? "" : u.Host.Trim('[', ']')),
        ("Url.getPort(): string", (a, _) => Of(a) is var u && !IsPath(u) && Authority(u).LastIndexOf(':') is var i && i > Authority(u).LastIndexOf(']') ? Authority(u)[(i + 1)..] : ""),
        ("Url.getEscapedPath(): string", (a, _) => Path(Of(a))),
        ("Url.getQuery(): map<string, list<string>>", (a, b) => Query(Of(a), b)),
    ];

    private static Uri Of(object?[] a) => (Uri)a[0]!;

    private static bool IsPath(Uri uri) => uri.Scheme == Nowhere.Scheme;

    private static Uri? Parse(string text)
    {
        if (text.Length > MaxLength || text.Any(char.IsControl))
        {
            return null;
        }

        if (text.StartsWith('/') && !text.StartsWith("//", StringComparison.Ordinal))
        {
            return Uri.TryCreate("none://none" + text, UriKind.Absolute, out Uri? path) ? path : null;
        }

        return text.Contains("://", StringComparison.Ordinal) && Uri.TryCreate(text, UriKind.Absolute, out Uri? uri) ? uri : null;
    }

    private static string Authority(Uri uri)
    {
        string text = uri.OriginalString;
        int start = text.IndexOf("://", StringComparison.Ordinal) + 3;
        int end = text.IndexOfAny(['/', '?', '#'], start);
        string authority = end < 0 ? text[start..] : text[start..end];
        return authority[(authority.LastIndexOf('@') + 1)..];
    }

    private static string Path(Uri uri)
    {
        // A path that is not written is empty, while Uri gives "/".
        string text = uri.OriginalString;
        int start = text.IndexOf("://", StringComparison.Ordinal) + 3;
        int slash = text.IndexOfAny(['/', '?', '#'], start);
        return slash < 0 || text[slash] != '/' ? "" : uri.AbsolutePath;
    }

    private static CelDictionary? Query(Uri uri, CelBudget budget)
    {
        if (!budget.SpendText(uri.Query.Length * 10L))
        {
            return null;
        }

        var values = new Dictionary<object, object?>();
        foreach (string pair in uri.Query.TrimStart('?').Split('&', StringSplitOptions.RemoveEmptyEntries))
        {
            int sign = pair.IndexOf('=', StringComparison.Ordinal);
            string key = Decode(sign < 0 ? pair : pair[..sign]);
            if (!values.TryGetValue(key, out object? list))
            {
                values[key] = list = new List<object?>();
            }

            ((List<object?>)list!).Add(sign < 0 ? "" : Decode(pair[(sign + 1)..]));
        }

        return new CelDictionary(values.ToDictionary(v => v.Key, v => (object?)new CelArray((List<object?>)v.Value!)));
    }

    private static string Decode(string text) => Uri.UnescapeDataString(text.Replace('+', ' '));
}
