namespace Orchestrator.Model.Kinds;

/// <summary>Forms of metadata.name.</summary>
public enum NameFormat
{
    /// <summary>RFC 1123 subdomain, at most 253 characters: most kinds.</summary>
    DnsSubdomain,

    /// <summary>RFC 1123 label, at most 63 characters: Namespaces.</summary>
    DnsLabel,

    /// <summary>RFC 1035 label, at most 63 characters, which begins with a letter: Services, whose names become host names.</summary>
    DnsLabel1035,

    /// <summary>Anything that can be one segment of a path: not <c>.</c>, not <c>..</c>, without <c>/</c> and <c>%</c>.</summary>
    PathSegment,
}
