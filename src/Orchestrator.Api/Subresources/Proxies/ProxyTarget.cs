namespace Orchestrator.Api.Subresources.Proxies;

/// <summary>What the name in a proxy's path means: <c>NAME</c>, <c>NAME:PORT</c>, <c>SCHEME:NAME:PORT</c> (an empty port is allowed there).</summary>
/// <param name="Scheme">http or https.</param>
/// <param name="Port">Number or name; empty for the first.</param>
internal sealed record ProxyTarget(string Scheme, string Name, string Port)
{
    /// <summary>Null where the text is none of these.</summary>
    public static ProxyTarget? Parse(string text) => text.Split(':') switch
    {
        [{ Length: > 0 } name] => new ProxyTarget("http", name, ""),
        [{ Length: > 0 } name, { Length: > 0 } port] => new ProxyTarget("http", name, port),
        [("http" or "https" or "") and var scheme, { Length: > 0 } name, var port] => new ProxyTarget(scheme == "https" ? "https" : "http", name, port),
        _ => null,
    };
}
