using System.CommandLine;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using k8s;
using Orchestrator.Cli.Client;
using Orchestrator.Load.Scenarios;

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

    /// <summary>How to reach the cluster, for those who talk to it without a client library.</summary>
    /// <exception cref="CommandFailedException">There is no cluster, or its kubeconfig has no client certificate.</exception>
    public ClusterAccess Access(ParseResult parsed)
    {
        var path = KubeconfigLocator.OfThisProcess.Locate(parsed.GetValue(_kubeconfig));
        var configuration = KubernetesClientConfiguration.BuildConfigFromConfigFile(path);
        return configuration is { ClientCertificateData: { } certificate, ClientCertificateKeyData: { } key, SslCaCerts: { } authorities }
            ? new ClusterAccess(new Uri(configuration.Host), authorities, X509Certificate2.CreateFromPem(Pem(certificate), Pem(key)))
            : throw new CommandFailedException($"{path} has no client certificate with its key in it, which load tests need");
    }

    private static string Pem(string base64) => Encoding.UTF8.GetString(Convert.FromBase64String(base64));

    /// <summary>The namespace that the user names; null where none.</summary>
    public string? Namespace(ParseResult parsed) => parsed.GetValue(_namespace);

    public string Namespace(ParseResult parsed, ApiConnection connection) => parsed.GetValue(_namespace) ?? connection.DefaultNamespace;
}
