using System.Text.Json.Nodes;
using Orchestrator.Model.Json;

namespace Orchestrator.Model.Rules.Pods;

/// <summary>What a container's writer may leave out.</summary>
internal static class ContainerDefaults
{
    /// <summary>Of pods and of templates of pods alike.</summary>
    public static void Apply(JsonObject container)
    {
        container.DefaultIfEmpty("terminationMessagePath", "/dev/termination-log");
        container.DefaultIfEmpty("terminationMessagePolicy", "File");
        if (container.Text("image") is { Length: > 0 } image)
        {
            container.DefaultIfEmpty("imagePullPolicy", ImageReference.DefaultPullPolicy(image));
        }

        ResourceRules.Default(container);
        ProbeRules.Default(container);
        foreach ((JsonObject port, _) in container.Items("ports"))
        {
            port.DefaultIfEmpty("protocol", "TCP");
        }

        foreach ((JsonObject variable, _) in container.Items("env"))
        {
            variable.Child("valueFrom", "fieldRef")?.DefaultIfEmpty("apiVersion", "v1");
        }
    }

    /// <summary>Of pods alone, after <see cref="Apply"/>: a template leaves these open, as in Kubernetes.</summary>
    public static void ApplyToPod(JsonObject container, bool hostNetwork)
    {
        ResourceRules.DefaultRequests(container);
        foreach ((JsonObject port, _) in container.Items("ports"))
        {
            // In the node's network namespace the container's port is the node's.
            if (hostNetwork && port["hostPort"].IsUnset() && port.Integer("containerPort") is { } number)
            {
                port["hostPort"] = number;
            }
        }
    }
}
