using System.Text.RegularExpressions;

namespace Orchestrator.Model.Validation;

/// <summary>
/// What names may look like, in Kubernetes' rules and words (<c>k8s.io/apimachinery/pkg/util/validation</c>).
/// Each method returns what is wrong, or null where nothing is.
/// </summary>
public static partial class NameRules
{
    public const int MaxLabelLength = 63;
    public const int MaxSubdomainLength = 253;

    private const string LabelPattern = "[a-z0-9]([-a-z0-9]*[a-z0-9])?";
    private const string Label1035Pattern = "[a-z]([-a-z0-9]*[a-z0-9])?";
    private const string QualifiedPattern = "([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]";

    public static string? DnsLabel(string value) =>
        value.Length > MaxLabelLength ? TooLong(MaxLabelLength)
        : LabelRegex().IsMatch(value) ? null
        : "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character "
            + $"(e.g. 'my-name',  or '123-abc', regex used for validation is '{LabelPattern}')";

    /// <summary>Names of Services, which become host names, and of API versions: as <see cref="DnsLabel"/>, but beginning with a letter.</summary>
    public static string? DnsLabel1035(string value) =>
        value.Length > MaxLabelLength ? TooLong(MaxLabelLength)
        : Label1035Regex().IsMatch(value) ? null
        : "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, and end with an alphanumeric character "
            + $"(e.g. 'my-name',  or 'abc-123', regex used for validation is '{Label1035Pattern}')";

    public static string? DnsSubdomain(string value) =>
        value.Length > MaxSubdomainLength ? TooLong(MaxSubdomainLength)
        : SubdomainRegex().IsMatch(value) ? null
        : "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character "
            + $"(e.g. 'example.com', regex used for validation is '{LabelPattern}(\\.{LabelPattern})*')";

    /// <summary>Subdomains whose first label is an asterisk: hosts of Ingresses.</summary>
    public static string? WildcardSubdomain(string value) =>
        value.Length > MaxSubdomainLength ? TooLong(MaxSubdomainLength)
        : value.StartsWith("*.", StringComparison.Ordinal) && SubdomainRegex().IsMatch(value[2..]) ? null
        : "a wildcard DNS-1123 subdomain must start with '*.', followed by a valid DNS subdomain, which must consist of lower case alphanumeric characters, '-' or '.' "
            + $"and end with an alphanumeric character (e.g. '*.example.com', regex used for validation is '\\*\\.{LabelPattern}(\\.{LabelPattern})*')";

    /// <summary>Names that software gives itself: a domain, a slash, a path.</summary>
    public static string? DomainPrefixedPath(string value)
    {
        int slash = value.IndexOf('/', StringComparison.Ordinal);
        return slash <= 0 || slash == value.Length - 1
            ? "must be a domain-prefixed path (such as \"acme.io/foo\")"
            : DnsSubdomain(value[..slash]) is { } fault ? $"prefix part {fault}" : null;
    }

    /// <summary>Names of webhooks: a subdomain of a domain of two parts.</summary>
    public static string? FullyQualifiedName(string value) =>
        DnsSubdomain(value) ?? (value.Count(c => c == '.') >= 2 ? null : "should be a domain with at least three segments separated by dots");

    /// <summary>Keys of labels, annotations, taints and extended resources: <c>[prefix/]name</c>.</summary>
    public static string? QualifiedName(string value)
    {
        int slash = value.IndexOf('/', StringComparison.Ordinal);
        if (slash >= 0 && (slash == 0 || value.IndexOf('/', slash + 1) >= 0))
        {
            return slash == 0 ? "prefix part must be non-empty"
                : "a qualified name must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character "
                    + "with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')";
        }

        if (slash > 0 && DnsSubdomain(value[..slash]) is { } prefixError)
        {
            return "prefix part " + prefixError;
        }

        string name = value[(slash + 1)..];
        return name.Length == 0 ? "name part must be non-empty"
            : name.Length > MaxLabelLength ? "name part " + TooLong(MaxLabelLength)
            : QualifiedRegex().IsMatch(name) ? null
            : "name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character "
                + $"(e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '{QualifiedPattern}')";
    }

    public static string? LabelValue(string value) =>
        value.Length > MaxLabelLength ? TooLong(MaxLabelLength)
        : value.Length == 0 || QualifiedRegex().IsMatch(value) ? null
        : "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character "
            + $"(e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is '({QualifiedPattern})?')";

    /// <summary>Keys of ConfigMaps and Secrets, which become file names.</summary>
    public static string? ConfigKey(string value) =>
        value.Length > MaxSubdomainLength ? TooLong(MaxSubdomainLength)
        : !ConfigKeyRegex().IsMatch(value) ? "a valid config key must consist of alphanumeric characters, '-', '_' or '.' "
            + "(e.g. 'key.name',  or 'KEY_NAME',  or 'key-name', regex used for validation is '[-._a-zA-Z0-9]+')"
        : value == "." ? "must not be '.'"
        : value == ".." ? "must not be '..'"
        : value.StartsWith("..", StringComparison.Ordinal) ? "must not start with '..'"
        : null;

    public static string? EnvironmentVariable(string value) =>
        value.All(c => c is >= ' ' and <= '~' and not '=') ? null
        : "a valid environment variable name must consist only of printable ASCII characters other than '='";

    /// <summary>Names of container ports (IANA service names).</summary>
    public static string? PortName(string value) =>
        value.Length > 15 ? TooLong(15)
        : !PortRegex().IsMatch(value) ? "must contain only alphanumeric characters (a-z, 0-9), and hyphens (-)"
        : !value.Any(char.IsAsciiLetterLower) ? "must contain at least one letter (a-z)"
        : value.Contains("--", StringComparison.Ordinal) ? "must not contain consecutive hyphens"
        : value[0] == '-' || value[^1] == '-' ? "must not begin or end with a hyphen"
        : null;

    public static string? PortNumber(long value) => value is > 0 and <= 65535 ? null : "must be between 1 and 65535, inclusive";

    private static string TooLong(int max) => $"must be no more than {max} bytes";

    [GeneratedRegex($"^{LabelPattern}\\z", RegexOptions.ExplicitCapture)]
    private static partial Regex LabelRegex();

    [GeneratedRegex($"^{Label1035Pattern}\\z", RegexOptions.ExplicitCapture)]
    private static partial Regex Label1035Regex();

    [GeneratedRegex($"^{LabelPattern}(\\.{LabelPattern})*\\z", RegexOptions.ExplicitCapture)]
    private static partial Regex SubdomainRegex();

    [GeneratedRegex($"^{QualifiedPattern}\\z", RegexOptions.ExplicitCapture)]
    private static partial Regex QualifiedRegex();

    [GeneratedRegex("^[-._a-zA-Z0-9]+\\z")]
    private static partial Regex ConfigKeyRegex();

    [GeneratedRegex("^[-a-z0-9]+\\z")]
    private static partial Regex PortRegex();
}
