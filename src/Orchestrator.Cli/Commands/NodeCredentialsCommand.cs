using System.CommandLine;
using Orchestrator.Api.Security.Pki;

namespace Orchestrator.Cli.Commands;

/// <summary><c>orchestrator server node-credentials</c>: makes what an agent needs to join.</summary>
internal static class NodeCredentialsCommand
{
    private static readonly Argument<string> Name = new("NAME") { Description = "Name of the node" };

    private static readonly Option<string> NodeIp = new("--node-ip")
    {
        Description = "Address at which the server reaches the node's agent",
        HelpName = "IP",
        Required = true,
    };

    private static readonly Option<string> Out = new("--out") { Description = "Directory for the files", HelpName = "DIR", Required = true };

    private static readonly Option<string> ServerUrl = new("--server")
    {
        Description = "URL at which the agent reaches the API",
        HelpName = "URL",
        DefaultValueFactory = _ => "https://127.0.0.1:6443",
    };

    public static Command Create()
    {
        var command = new Command(
            "node-credentials",
            "Issue kubeconfig, serving.crt, serving.key and ca.crt of a node's agent, on the server's machine. Repeating it renews what is due.")
        {
            Name,
            NodeIp,
            Out,
            ServerUrl,
        };
        command.SetAction(parsed => Issue(
            Path.GetFullPath(parsed.GetRequiredValue(ServerCommand.DataDirectory)),
            parsed.GetRequiredValue(Name),
            parsed.GetRequiredValue(NodeIp),
            parsed.GetRequiredValue(ServerUrl),
            Path.GetFullPath(parsed.GetRequiredValue(Out))));
        return command.WithExamples("orchestrator server node-credentials worker-1 --node-ip 192.0.2.11 --server https://192.0.2.10:6443 --out ./worker-1");
    }

    private static int Issue(string dataDirectory, string name, string nodeIp, string url, string outDirectory)
    {
        if (!Uri.TryCreate(url, UriKind.Absolute, out Uri? server) || server.Scheme != Uri.UriSchemeHttps)
        {
            throw new CommandFailedException($"--server: \"{url}\" is no https URL");
        }

        try
        {
            NodeCredentials.Issue(dataDirectory, name, ServerCommand.Address("--node-ip", nodeIp), server, outDirectory, TimeProvider.System);
        }
        catch (Exception e) when (e is PkiException or UnauthorizedAccessException or IOException)
        {
            throw new CommandFailedException(e.Message);
        }

        Console.WriteLine($"credentials of node {name} are in {outDirectory}");
        return 0;
    }
}
