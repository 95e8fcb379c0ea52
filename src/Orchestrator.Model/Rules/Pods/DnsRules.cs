using System.Net;
using System.Text.Json.Nodes;
using Orchestrator.Model.Json;
using Orchestrator.Model.Validation;

namespace Orchestrator.Model.Rules.Pods;

/// <summary>Name servers of a pod: <c>dnsPolicy</c>, <c>dnsConfig</c>, and its own name (<c>subdomain</c>).</summary>
internal static class DnsRules
{
    private const int MaxServers = 3;
    private const int MaxSearches = 32;
    private const int MaxSearchCharacters = 2048;

    public static void Validate(JsonObject spec, ICollection<FieldError> errors)
    {
        errors.CheckOneOf("spec.dnsPolicy", spec.Text("dnsPolicy"), "ClusterFirst", "ClusterFirstWithHostNet", "Default", "None");
        errors.Check("spec.subdomain", spec.Text("subdomain"), NameRules.DnsLabel);
        JsonObject? config = spec.Child("dnsConfig");
        List<string> servers = [.. config.Texts("nameservers")];
        if (spec.Text("dnsPolicy") == "None" && servers.Count == 0)
        {
            errors.Add(FieldError.Required("spec.dnsConfig.nameservers", "must provide at least one DNS nameserver when `dnsPolicy` is None"));
        }

        if (servers.Count > MaxServers)
        {
            errors.Add(FieldError.Invalid("spec.dnsConfig.nameservers", string.Join(',', servers), $"must not have more than {MaxServers} nameservers"));
        }

        for (int i = 0; i < servers.Count; i++)
        {
            errors.Check($"spec.dnsConfig.nameservers[{i}]", servers[i], text => IPAddress.TryParse(text, out _) ? null : "must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)");
        }

        ValidateSearches([.. config.Texts("searches")], errors);
        foreach ((JsonObject option, int i) in config.Items("options"))
        {
            errors.CheckRequired($"spec.dnsConfig.options[{i}].name", option.Text("name"), _ => null);
        }
    }

    private static void ValidateSearches(List<string> searches, ICollection<FieldError> errors)
    {
        const string path = "spec.dnsConfig.searches";
        if (searches.Count > MaxSearches)
        {
            errors.Add(FieldError.Invalid(path, string.Join(',', searches), $"must not have more than {MaxSearches} search paths"));
        }

        if (string.Join(' ', searches).Length > MaxSearchCharacters)
        {
            errors.Add(FieldError.Invalid(path, string.Join(',', searches), $"must not have more than {MaxSearchCharacters} characters (including spaces) in the search list"));
        }

        for (int i = 0; i < searches.Count; i++)
        {
            // A dot stands for names as they are, underscores for what Services call their ports (KEP-4427).
            errors.Check($"{path}[{i}]", searches[i], text => text == "." ? null : NameRules.DnsSubdomain(text.TrimEnd('.').Replace('_', 'a')));
        }
    }
}
