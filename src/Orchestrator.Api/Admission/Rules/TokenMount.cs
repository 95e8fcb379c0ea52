using System.Text.Json.Nodes;
using Orchestrator.Api.Bootstrap;
using Orchestrator.Api.Metadata;
using Orchestrator.Model.Json;

namespace Orchestrator.Api.Admission.Rules;

/// <summary>The volume by which a container calls the API: token, authority and namespace, where client libraries look for them.</summary>
internal static class TokenMount
{
    public const string Path = "/var/run/secrets/kubernetes.io/serviceaccount";

    private const string NamePrefix = "kube-api-access-";

    // An hour and some seconds, by which agents tell these tokens from those that somebody asked for.
    private const int ExpirationSeconds = 3607;
    private const int FileMode = 420;

    /// <summary>Adds the volume and its mounts; containers with a mount of their own at the path keep it.</summary>
    public static void AddTo(JsonObject spec, GeneratedNames names)
    {
        JsonObject[] containers = [.. Containers(spec).Where(c => !c.Items("volumeMounts").Any(m => m.Item.Text("mountPath") == Path))];
        if (containers.Length == 0)
        {
            return;
        }

        string volume = spec.Items("volumes").Select(v => v.Item.Text("name")).FirstOrDefault(n => n?.StartsWith(NamePrefix, StringComparison.Ordinal) == true)
            ?? AddVolume(spec, names.Next(NamePrefix));
        foreach (JsonObject container in containers)
        {
            if (container["volumeMounts"] is not JsonArray mounts)
            {
                container["volumeMounts"] = mounts = [];
            }

            mounts.Add(new JsonObject { ["name"] = volume, ["readOnly"] = true, ["mountPath"] = Path });
        }
    }

    private static IEnumerable<JsonObject> Containers(JsonObject spec) => spec.Items("initContainers").Concat(spec.Items("containers")).Select(c => c.Item);

    private static string AddVolume(JsonObject spec, string name)
    {
        if (spec["volumes"] is not JsonArray volumes)
        {
            spec["volumes"] = volumes = [];
        }

        volumes.Add(new JsonObject
        {
            ["name"] = name,
            ["projected"] = new JsonObject
            {
                ["defaultMode"] = FileMode,
                ["sources"] = new JsonArray(
                    new JsonObject { ["serviceAccountToken"] = new JsonObject { ["expirationSeconds"] = ExpirationSeconds, ["path"] = "token" } },
                    new JsonObject
                    {
                        ["configMap"] = new JsonObject
                        {
                            ["name"] = NamespaceBelongings.RootAuthority,
                            ["items"] = new JsonArray(new JsonObject { ["key"] = "ca.crt", ["path"] = "ca.crt" }),
                        },
                    },
                    new JsonObject
                    {
                        ["downwardAPI"] = new JsonObject
                        {
                            ["items"] = new JsonArray(new JsonObject
                            {
                                ["path"] = "namespace",
                                ["fieldRef"] = new JsonObject { ["apiVersion"] = "v1", ["fieldPath"] = "metadata.namespace" },
                            }),
                        },
                    }),
            },
        });
        return name;
    }
}
