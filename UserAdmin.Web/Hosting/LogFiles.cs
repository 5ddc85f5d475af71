using NLog.Config;
using NLog.Extensions.Logging;
using NLog.Targets;
using LogLevel = NLog.LogLevel;

namespace UserAdmin.Web.Hosting;

internal static class LogFiles
{
    private const long TenMegabytes = 10_000_000;
    private const int Kept = 10;

    // Line breaks inside a message would let what people type look like lines of our own (CWE-117).
    private const string Line =
        "${longdate:universalTime=true}Z ${level:uppercase=true:padding=-5} ${logger} ${replace-newlines:replacement=\\\\n:${message}}" +
        "${when:when=length('${scopeproperty:CorrelationId}')>0:inner= correlation=${scopeproperty:CorrelationId}}" +
        "${when:when=length('${scopeproperty:Tenant}')>0:inner= tenant=${scopeproperty:Tenant}}" +
        "${when:when=length('${scopeproperty:RequestId}')>0:inner= request=${scopeproperty:RequestId}}" +
        "${onexception:inner=${newline}${exception:format=tostring}}";

    /// <summary>Logs to the console and to files of 10 MB, of which ten stay; errors and worse also to a file of their own.</summary>
    public static void AddLogFiles(this WebApplicationBuilder builder)
    {
        var folder = Path.GetFullPath(builder.Configuration["UserAdmin:Portal:LogFolder"] ?? new PortalSettings().LogFolder);
        builder.Logging.ClearProviders();
        builder.Logging.AddFilter("Microsoft", Microsoft.Extensions.Logging.LogLevel.Warning);
        builder.Logging.AddFilter("Microsoft.Hosting.Lifetime", Microsoft.Extensions.Logging.LogLevel.Information);
        // The key ring lives in the database; see docs/security.md for its protection at rest.
        builder.Logging.AddFilter("Microsoft.AspNetCore.DataProtection", Microsoft.Extensions.Logging.LogLevel.Error);

        // A factory of its own: NLog's process-wide one would be overwritten by the next host of a test process.
        builder.Logging.AddNLog(new NLogProviderOptions { ShutdownOnDispose = true, RemoveLoggerFactoryFilter = false }, _ =>
        {
            var factory = new NLog.LogFactory();
            var configuration = new LoggingConfiguration(factory);
            configuration.AddRule(LogLevel.Info, LogLevel.Fatal, new ConsoleTarget("console") { Layout = Line });
            configuration.AddRule(LogLevel.Info, LogLevel.Fatal, File("all", Path.Combine(folder, "useradmin.log")));
            configuration.AddRule(LogLevel.Error, LogLevel.Fatal, File("errors", Path.Combine(folder, "useradmin-errors.log")));
            factory.Configuration = configuration;
            return factory;
        });
    }

    private static FileTarget File(string name, string path) => new(name)
    {
        FileName = path,
        ArchiveAboveSize = TenMegabytes,
        MaxArchiveFiles = Kept,
        KeepFileOpen = true,
        Layout = Line,
    };
}
