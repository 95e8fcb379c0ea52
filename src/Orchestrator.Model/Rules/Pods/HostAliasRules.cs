using System.Net;
using System.Text.Json.Nodes;
using Orchestrator.Model.Json;
using Orchestrator.Model.Validation;

namespace Orchestrator.Model.Rules.Pods;

/// <summary>Lines that a pod adds to its <c>/etc/hosts</c>.</summary>
internal static class HostAliasRules
{
    public static void Validate(JsonObject spec, ICollection<FieldError> errors)
    {
        foreach ((JsonObject alias, int i) in spec.Items("hostAliases"))
        {
            string path = $"spec.hostAliases[{i}]";
            errors.CheckRequired($"{path}.ip", alias.Text("ip"), text => IPAddress.TryParse(text, out _) ? null : "must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)");
            int n = 0;
            foreach (string hostname in alias.Texts("hostnames"))
            {
                errors.Check($"{path}.hostnames[{n++}]", hostname, NameRules.DnsSubdomain);
            }
        }
    }
}
