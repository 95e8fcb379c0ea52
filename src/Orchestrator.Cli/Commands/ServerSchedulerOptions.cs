using System.CommandLine;
using System.Text.Json.Nodes;
using Orchestrator.Cli.Manifests;
using Orchestrator.Model.Validation;
using Orchestrator.Scheduling.Profiles;

namespace Orchestrator.Cli.Commands;

/// <summary>Options of <c>orchestrator server</c> about the scheduler.</summary>
internal static class ServerSchedulerOptions
{
    private static readonly Option<string?> Configuration = new("--scheduler-config")
    {
        Description = "KubeSchedulerConfiguration (kubescheduler.config.k8s.io/v1) with the profiles by which pods are placed; the same on all servers",
        HelpName = "FILE",
    };

    public static void AddTo(Command command) => command.Add(Configuration);

    /// <exception cref="CommandFailedException">The file is missing, malformed, or asks for what is not supported; the message names every fault.</exception>
    public static IReadOnlyList<SchedulerProfile> Read(ParseResult parsed) =>
        parsed.GetValue(Configuration) is { } path ? Read(path) : [SchedulerProfile.Default];

    private static IReadOnlyList<SchedulerProfile> Read(string path)
    {
        if (!File.Exists(path))
        {
            throw new CommandFailedException($"{Configuration.Name}: there is no file '{path}'");
        }

        JsonObject configuration;
        try
        {
            using StreamReader text = File.OpenText(path);
            configuration = ManifestReader.ReadObject(path, text);
        }
        catch (ManifestException error)
        {
            throw new CommandFailedException($"{Configuration.Name}: {error.Message}");
        }

        var errors = new List<FieldError>();
        IReadOnlyList<SchedulerProfile> profiles = SchedulerConfigurationReader.Read(configuration, errors);
        return errors.Count == 0 ? profiles : throw new CommandFailedException($"{Configuration.Name}: '{path}': {string.Join("; ", errors)}");
    }
}
