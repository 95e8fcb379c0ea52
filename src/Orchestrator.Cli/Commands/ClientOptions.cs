using System.CommandLine;
using Orchestrator.Cli.Client;

namespace Orchestrator.Cli.Commands;

/// <summary>Options that every command shares that talks to an API server.</summary>
internal sealed class ClientOptions
{
    private readonly Option<string?> _kubeconfig = new("--kubeconfig")
    {
        Description = "Kubeconfig file (default: KUBECONFIG, then ~/.kube/config, then the lab's)",
        HelpName = "FILE",
    };

    private readonly Option<string?> _namespace = new("--namespace", "-n")
    {
        Description = "Namespace (default: the context's, else 'default')",
        HelpName = "NAME",
    };

    /// <summary>Adds the options to <paramref name="command"/>.</summary>
    public static ClientOptions AddTo(Command command)
    {
        var options = new ClientOptions();
        command.Add(options._namespace);
        command.Add(options._kubeconfig);
        return options;
    }

    public ApiConnection Open(ParseResult parsed) => ApiConnection.Open(parsed.GetValue(_kubeconfig));

    /// <summary>The namespace that the user names; null where none.</summary>
    public string? Namespace(ParseResult parsed) => parsed.GetValue(_namespace);

    public string Namespace(ParseResult parsed, ApiConnection connection) => parsed.GetValue(_namespace) ?? connection.DefaultNamespace;
}
