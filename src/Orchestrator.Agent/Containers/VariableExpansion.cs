using System.Text;
using k8s;
using k8s.Models;

namespace Orchestrator.Agent.Containers;

/// <summary><c>$(NAME)</c> in commands, arguments and variables, as Kubernetes has it: unknown names stay as they are, <c>$$</c> is a dollar sign.</summary>
public static class VariableExpansion
{
    /// <summary>A copy of the container with its command and arguments expanded.</summary>
    public static V1Container Expand(V1Container container, IReadOnlyList<KeyValuePair<string, string>> environment)
    {
        var values = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var (name, value) in environment)
        {
            values[name] = value;
        }

        var copy = KubernetesJson.Deserialize<V1Container>(KubernetesJson.Serialize(container));
        copy.Command = container.Command?.Select(c => Expand(c, values)).ToList();
        copy.Args = container.Args?.Select(a => Expand(a, values)).ToList();
        return copy;
    }

    public static string Expand(string text, IReadOnlyDictionary<string, string> values)
    {
        var result = new StringBuilder(text.Length);
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] != '$' || i + 1 == text.Length)
            {
                result.Append(text[i]);
                continue;
            }

            i++;
            var end = text[i] == '(' ? text.IndexOf(')', i) : -1;
            if (end > 0)
            {
                var name = text[(i + 1)..end];
                result.Append(values.TryGetValue(name, out var value) ? value : $"$({name})");
                i = end;
            }
            else
            {
                result.Append(text[i] == '$' ? "$" : $"${text[i]}");
            }
        }

        return result.ToString();
    }
}
