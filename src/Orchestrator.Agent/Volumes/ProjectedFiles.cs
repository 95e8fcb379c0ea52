using System.Text;
using k8s.Models;
using Orchestrator.Agent.Containers;
using Orchestrator.Agent.Events;
using Orchestrator.Agent.Runtimes;
using Orchestrator.Agent.Tokens;

namespace Orchestrator.Agent.Volumes;

/// <summary>The files of configMap, secret, downwardAPI and projected volumes.</summary>
public sealed class ProjectedFiles(IConfigSources sources, PodTokens tokens, string hostIp, IReadOnlyDictionary<string, decimal> allocatable)
{
    private const int DefaultMode = 0x1a4; // 0644

    /// <summary>The volume's files, or null where it is not made of files from the API.</summary>
    /// <exception cref="RuntimeRefusalException">FailedMount: something that is not optional is missing.</exception>
    public async Task<IReadOnlyList<ProjectedFile>?> OfAsync(V1Pod pod, V1Volume volume, CancellationToken cancel) => volume switch
    {
        { ConfigMap: { } map } => await ConfigMapAsync(pod, map.Name, map.Items, map.Optional, map.DefaultMode, cancel),
        { Secret: { } secret } => await SecretAsync(pod, secret.SecretName, secret.Items, secret.Optional, secret.DefaultMode, cancel),
        { DownwardAPI: { } downward } => DownwardApi(pod, downward.Items, downward.DefaultMode),
        { Projected: { } projected } => await ProjectedAsync(pod, projected, cancel),
        _ => null,
    };

    private async Task<IReadOnlyList<ProjectedFile>> ProjectedAsync(V1Pod pod, V1ProjectedVolumeSource projected, CancellationToken cancel)
    {
        var files = new List<ProjectedFile>();
        foreach (var source in projected.Sources ?? [])
        {
            files.AddRange(source switch
            {
                { ConfigMap: { } map } => await ConfigMapAsync(pod, map.Name, map.Items, map.Optional, projected.DefaultMode, cancel),
                { Secret: { } secret } => await SecretAsync(pod, secret.Name, secret.Items, secret.Optional, projected.DefaultMode, cancel),
                { DownwardAPI: { } downward } => DownwardApi(pod, downward.Items, projected.DefaultMode),
                { ServiceAccountToken: { } token } => [new ProjectedFile(Checked(token.Path), Encoding.UTF8.GetBytes(await tokens.GetAsync(pod, token, cancel)), Mode(projected.DefaultMode))],
                _ => throw Refuse("a source of a projected volume is not supported"),
            });
        }

        return files;
    }

    private async Task<IReadOnlyList<ProjectedFile>> ConfigMapAsync(
        V1Pod pod, string name, IList<V1KeyToPath>? items, bool? optional, int? defaultMode, CancellationToken cancel)
    {
        var map = await sources.ConfigMapAsync(pod.Metadata.NamespaceProperty, name, cancel);
        if (map is null && optional != true)
        {
            throw Refuse($"configmap \"{name}\" not found");
        }

        var content = new Dictionary<string, byte[]>(map?.BinaryData ?? new Dictionary<string, byte[]>(), StringComparer.Ordinal);
        foreach (var (key, value) in map?.Data ?? new Dictionary<string, string>(StringComparer.Ordinal))
        {
            content[key] = Encoding.UTF8.GetBytes(value);
        }

        return Select($"configmap \"{name}\"", content, items, optional, defaultMode);
    }

    private async Task<IReadOnlyList<ProjectedFile>> SecretAsync(
        V1Pod pod, string name, IList<V1KeyToPath>? items, bool? optional, int? defaultMode, CancellationToken cancel)
    {
        var secret = await sources.SecretAsync(pod.Metadata.NamespaceProperty, name, cancel);
        if (secret is null && optional != true)
        {
            throw Refuse($"secret \"{name}\" not found");
        }

        return Select($"secret \"{name}\"", secret?.Data ?? new Dictionary<string, byte[]>(StringComparer.Ordinal), items, optional, defaultMode);
    }

    private List<ProjectedFile> DownwardApi(V1Pod pod, IList<V1DownwardAPIVolumeFile>? items, int? defaultMode) =>
    [
        .. (items ?? []).Select(item => new ProjectedFile(
            Checked(item.Path),
            Encoding.UTF8.GetBytes(item.FieldRef is { } field
                ? PodFields.Field(pod, field.FieldPath, pod.Status?.PodIP, hostIp)
                : PodFields.Resource(pod, pod.Spec.Containers[0], item.ResourceFieldRef, allocatable)),
            Mode(item.Mode ?? defaultMode))),
    ];

    private static List<ProjectedFile> Select(
        string what, IDictionary<string, byte[]> content, IList<V1KeyToPath>? items, bool? optional, int? defaultMode)
    {
        if (items is not { Count: > 0 })
        {
            return [.. content.Select(e => new ProjectedFile(Checked(e.Key), e.Value, Mode(defaultMode)))];
        }

        var files = new List<ProjectedFile>();
        foreach (var item in items)
        {
            if (content.TryGetValue(item.Key, out var value))
            {
                files.Add(new ProjectedFile(Checked(item.Path), value, Mode(item.Mode ?? defaultMode)));
            }
            else if (optional != true)
            {
                throw Refuse($"{what} references non-existent config key: {item.Key}");
            }
        }

        return files;
    }

    /// <summary>The API checks paths as well; the agent writes as root and so does not rely on it.</summary>
    private static string Checked(string path) =>
        path.Length > 0 && !path.StartsWith('/') && path.Split('/').All(p => p is not (".." or "." or "")) && !path.StartsWith("..", StringComparison.Ordinal)
            ? path
            : throw Refuse($"\"{path}\" must be a relative path without \"..\"");

    private static UnixFileMode Mode(int? mode) => (UnixFileMode)((mode ?? DefaultMode) & 0x1ff);

    private static RuntimeRefusalException Refuse(string message) => new(EventReasons.FailedMount, message);
}
