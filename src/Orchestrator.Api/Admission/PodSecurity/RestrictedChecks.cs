using System.Text.Json.Nodes;
using Orchestrator.Model.Json;

namespace Orchestrator.Api.Admission.PodSecurity;

/// <summary>The checks that <c>restricted</c> has beyond <c>baseline</c>: the best current practice. Each returns <c>reason (detail)</c>, or null.</summary>
internal static class RestrictedChecks
{
    private static readonly string[] Volume = ["name", "configMap", "csi", "downwardAPI", "emptyDir", "ephemeral", "image", "persistentVolumeClaim", "projected", "secret"];

    public static string? PrivilegeEscalation(SecurityView pod)
    {
        string[] bad = pod.Where(c => c.Flag("allowPrivilegeEscalation") != false);
        return bad.Length == 0
            ? null
            : $"allowPrivilegeEscalation != false ({SecurityView.Named(bad)} must set securityContext.allowPrivilegeEscalation=false)";
    }

    public static string? Capabilities(SecurityView pod)
    {
        string[] keeping = pod.Where(c => !c.Child("capabilities").Texts("drop").Contains("ALL", StringComparer.Ordinal));
        string[] adding = pod.Where(c => Added(c).Any());
        string[] added = [.. pod.Containers.SelectMany(c => Added(c.Context)).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];
        var details = new List<string>();
        if (keeping.Length > 0)
        {
            details.Add($"{SecurityView.Named(keeping)} must set securityContext.capabilities.drop=[\"ALL\"]");
        }

        if (adding.Length > 0)
        {
            details.Add($"{SecurityView.Named(adding)} must not include {SecurityView.Quoted(added)} in securityContext.capabilities.add");
        }

        return details.Count == 0 ? null : $"unrestricted capabilities ({string.Join("; ", details)})";
    }

    public static string? Volumes(SecurityView pod)
    {
        (string Name, string Type)[] bad =
        [
            .. from volume in pod.Spec.Items("volumes")
               from source in volume.Item
               where source.Value is JsonObject && !Volume.Contains(source.Key)
               select (volume.Item.Text("name") ?? "", source.Key),
        ];
        string[] types = [.. bad.Select(b => b.Type).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];
        return bad.Length == 0
            ? null
            : $"restricted volume types ({(bad.Length == 1 ? "volume" : "volumes")} {SecurityView.Quoted(bad.Select(b => b.Name))} "
                + $"{(bad.Length == 1 ? "uses" : "use")} restricted volume {(types.Length == 1 ? "type" : "types")} {SecurityView.Quoted(types)})";
    }

    public static string? RunAsNonRoot(SecurityView pod)
    {
        bool? podSays = pod.Context.Flag("runAsNonRoot");
        string[] bad = pod.Where(c => c.Flag("runAsNonRoot") == false);
        string[] silent = podSays == true ? [] : pod.Where(c => c.Flag("runAsNonRoot") is null);
        return podSays == false || bad.Length > 0
            ? $"runAsNonRoot != true ({SecurityView.Setters(podSays == false, bad)} must not set securityContext.runAsNonRoot=false)"
            : silent.Length > 0 ? $"runAsNonRoot != true (pod or {SecurityView.Named(silent)} must set securityContext.runAsNonRoot=true)"
            : null;
    }

    public static string? RunAsUser(SecurityView pod)
    {
        bool podSets = pod.Context.Integer("runAsUser") == 0;
        string[] bad = pod.Where(c => c.Integer("runAsUser") == 0);
        return !podSets && bad.Length == 0 ? null : $"runAsUser=0 ({SecurityView.Setters(podSets, bad)} must not set runAsUser=0)";
    }

    public static string? Seccomp(SecurityView pod)
    {
        string? podType = pod.Context.Child("seccompProfile").Text("type");
        string[] bad = pod.Where(c => c.Child("seccompProfile").Text("type") is { } type && !IsAllowed(type));
        string[] types =
        [
            .. pod.Containers.Select(c => c.Context.Child("seccompProfile").Text("type")).Append(podType).OfType<string>()
                .Where(t => !IsAllowed(t)).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal),
        ];
        if (types.Length > 0)
        {
            bool podSets = podType is not null && !IsAllowed(podType);
            return $"seccompProfile ({SecurityView.Setters(podSets, bad)} must not set securityContext.seccompProfile.type to {SecurityView.Quoted(types)})";
        }

        string[] silent = podType is not null ? [] : pod.Where(c => c.Child("seccompProfile") is null);
        return silent.Length == 0
            ? null
            : $"seccompProfile (pod or {SecurityView.Named(silent)} must set securityContext.seccompProfile.type to \"RuntimeDefault\" or \"Localhost\")";
    }

    private static bool IsAllowed(string type) => type is "RuntimeDefault" or "Localhost";

    private static IEnumerable<string> Added(JsonObject? context) => context.Child("capabilities").Texts("add").Where(c => c != "NET_BIND_SERVICE");
}
