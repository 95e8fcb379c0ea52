using System.Text.Json.Nodes;
using Orchestrator.Model.Json;

namespace Orchestrator.Model.Rules.Pods;

/// <summary>What a container's writer may leave out.</summary>
internal static class ContainerDefaults
{
    public static void Apply(JsonObject container, bool hostNetwork)
    {
        container.DefaultIfEmpty("terminationMessagePath", "/dev/termination-log");
        container.DefaultIfEmpty("terminationMessagePolicy", "File");
        if (container.Text("image") is { Length: > 0 } image)
        {
            container.DefaultIfEmpty("imagePullPolicy", ImageReference.DefaultPullPolicy(image));
        }

        ResourceRules.Default(container);
        foreach ((JsonObject port, _) in container.Items("ports"))
        {
            port.DefaultIfEmpty("protocol", "TCP");

            // In the node's network namespace the container's port is the node's.
            if (hostNetwork && port["hostPort"].IsUnset() && port.Integer("containerPort") is { } number)
            {
                port["hostPort"] = number;
            }
        }

        foreach ((JsonObject variable, _) in container.Items("env"))
        {
            variable.Child("valueFrom", "fieldRef")?.DefaultIfEmpty("apiVersion", "v1");
        }
    }
}
