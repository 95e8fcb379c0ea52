using System.Text.Json.Nodes;
using Orchestrator.Model.Json;

namespace Orchestrator.Api.Admission.PodSecurity;

/// <summary>
/// What in a pod a level of the Pod Security Standards does not allow, with Kubernetes' reasons, in its order: the baseline's checks, then those that
/// only <c>restricted</c> has, which take the place of the baseline's on the same fields. Pure.
/// </summary>
internal static class SecurityStandards
{
    /// <summary>Reasons with their details, joined as Kubernetes words them; null where all is allowed.</summary>
    public static string? Violations(SecurityPolicy policy, JsonObject? metadata, JsonObject? spec)
    {
        if (policy.IsPrivileged)
        {
            return null;
        }

        bool restricted = policy.Level == "restricted";
        var pod = new SecurityView(metadata, spec);
        string?[] found =
        [
            BaselineChecks.AppArmor(pod),
            restricted && policy.Minor >= 22 ? null : BaselineChecks.Capabilities(pod),
            BaselineChecks.HostNamespaces(pod),
            restricted ? null : BaselineChecks.HostPathVolumes(pod),
            BaselineChecks.HostPorts(pod),
            BaselineChecks.Privileged(pod),
            BaselineChecks.ProcMount(pod),
            BaselineChecks.SeLinux(pod),
            restricted && policy.Minor >= 19 ? null : BaselineChecks.Seccomp(pod),
            BaselineChecks.Sysctls(pod, policy.Minor),
            BaselineChecks.HostProcess(pod),
            restricted && policy.Minor >= 8 ? RestrictedChecks.PrivilegeEscalation(pod) : null,
            restricted && policy.Minor >= 22 ? RestrictedChecks.Capabilities(pod) : null,
            restricted ? RestrictedChecks.Volumes(pod) : null,
            restricted ? RestrictedChecks.RunAsNonRoot(pod) : null,
            restricted && policy.Minor >= 23 ? RestrictedChecks.RunAsUser(pod) : null,
            restricted && policy.Minor >= 19 ? RestrictedChecks.Seccomp(pod) : null,
        ];
        string all = string.Join(", ", found.OfType<string>());
        return all.Length == 0 ? null : all;
    }
}

/// <summary>A pod, or a template of pods, as the checks look at it.</summary>
internal sealed class SecurityView(JsonObject? metadata, JsonObject? spec)
{
    public JsonObject? Metadata { get; } = metadata;

    public JsonObject? Spec { get; } = spec;

    public JsonObject? Context => Spec.Child("securityContext");

    public IReadOnlyList<(string Name, JsonObject Container, JsonObject? Context)> Containers { get; } =
    [
        .. spec.Items("initContainers").Concat(spec.Items("containers")).Concat(spec.Items("ephemeralContainers"))
            .Select(c => (c.Item.Text("name") ?? "", c.Item, c.Item.Child("securityContext"))),
    ];

    /// <summary>Names of the containers that the test finds.</summary>
    public string[] Where(Func<JsonObject?, bool> isBad) => [.. Containers.Where(c => isBad(c.Context)).Select(c => c.Name)];

    /// <summary><c>container "a"</c>, <c>containers "a", "b"</c>.</summary>
    public static string Named(IReadOnlyCollection<string> containers) => $"{(containers.Count == 1 ? "container" : "containers")} {Quoted(containers)}";

    public static string Quoted(IEnumerable<string> names) => string.Join(", ", names.Select(n => $"\"{n}\""));

    /// <summary><c>pod and container "a"</c>: who says it.</summary>
    public static string Setters(bool pod, IReadOnlyCollection<string> containers) =>
        string.Join(" and ", new[] { pod ? "pod" : null, containers.Count > 0 ? Named(containers) : null }.OfType<string>());
}
