using System.Collections.Frozen;
using System.ComponentModel.DataAnnotations;
using System.Reflection;
using Microsoft.Extensions.Configuration;
using UserAdmin.Core.Data;
using UserAdmin.Core.Roles;
using UserAdmin.Core.Settings;

namespace UserAdmin.Core.FeatureFlags;

/// <summary>Which features are on: one property for each <see cref="Feature"/>, of the same name.</summary>
[Policy(Permission.FeaturesEdit, ChangeStamp.Access)]
public sealed class Features
{
    [Display(Name = "Roles", Description = "The pages about roles, what they allow and who holds them. What people may do stays as it is.")]
    public bool Roles { get; set; } = true;

    [Display(Name = "Access requests", Description = "People ask for a role for a time, and somebody decides.")]
    public bool AccessRequests { get; set; } = true;

    [Display(Name = "Access reviews", Description = "Campaigns in which people look at who still needs what.")]
    public bool AccessReviews { get; set; } = true;

    [Display(Name = "Organizations and teams", Description = "The pages about organizations, their members and teams. What people may do there stays as it is.")]
    public bool Organizations { get; set; } = true;

    [Display(Name = "Invitations", Description = "Inviting people by mail. Links that were sent don't work while this is off.")]
    public bool Invitations { get; set; } = true;

    [Display(Name = "Acting as somebody else", Description = "Administrators use the portal in another person's name for a limited time. Switching this off stops whoever does.")]
    public bool Impersonation { get; set; } = true;

    [Display(Name = "Profile fields of your own", Description = "Fields that you add to everybody's profile. Their values are kept while this is off.")]
    public bool CustomFields { get; set; } = true;

    [Display(Name = "Profiles for others", Description = "People see of each other what each of them shows.")]
    public bool PublicProfiles { get; set; } = true;

    [Display(Name = "Download of the own activity", Description = "People download what happened to their account.")]
    public bool ActivityExport { get; set; } = true;

    [Display(Name = "Sessions of others", Description = "Seeing and ending the sessions and devices of other people. Everybody keeps their own.")]
    public bool Sessions { get; set; } = true;

    [Display(Name = "Figures about sessions", Description = "How the portal was used in the last thirty days.")]
    public bool SessionFigures { get; set; } = true;

    [Display(Name = "Coverage of second factors", Description = "Who has a second factor and who still lacks one. What is required stays required.")]
    public bool Coverage { get; set; } = true;

    [Display(Name = "Passkeys", Description = "Adding passkeys and signing in with them. Whoever has nothing else can't sign in while this is off: look at Second factors first.")]
    public bool Passkeys { get; set; } = true;

    [Display(Name = "External sign-in", Description = "Signing in through the configured providers. Whoever has no password can't sign in while this is off.")]
    public bool ExternalSignIn { get; set; } = true;

    [Display(Name = "Audit log", Description = "The page that shows it. Everything is recorded all the same.")]
    public bool AuditLog { get; set; } = true;

    [Display(Name = "Messages", Description = "The pages about sent messages and their texts. Messages are sent all the same.")]
    public bool Messages { get; set; } = true;

    private static readonly FrozenDictionary<Feature, PropertyInfo> Properties = Enum.GetValues<Feature>().ToFrozenDictionary(feature => feature, feature => typeof(Features).GetProperty(feature.ToString())!);

    public bool IsOn(Feature feature) => (bool)Properties[feature].GetValue(this)!;

    public void Switch(Feature feature, bool isOn) => Properties[feature].SetValue(this, isOn);

    public static string TitleOf(Feature feature) => Properties[feature].GetCustomAttribute<DisplayAttribute>()!.Name!;

    public static string HelpOf(Feature feature) => Properties[feature].GetCustomAttribute<DisplayAttribute>()!.Description!;

    /// <summary>What is pinned stays as the configuration has it.</summary>
    internal Features Pin(FeatureSettings settings, IConfiguration configuration)
    {
        var configured = Policies.Configured<Features>(configuration);
        foreach (var feature in Enum.GetValues<Feature>().Where(settings.IsPinned))
            Switch(feature, configured.IsOn(feature));
        return this;
    }

    internal FrozenSet<Permission> ClosedPermissions => Enum.GetValues<Feature>().Where(feature => !IsOn(feature)).SelectMany(feature => feature.Permissions).ToFrozenSet();
}

/// <summary>What the operator decides about features and nobody can change in the portal.</summary>
public sealed class FeatureSettings : IValidatableObject
{
    /// <summary>Names of features, separated by commas: they stay as the configuration, or else the default, has them.</summary>
    public string Pinned { get; set; } = "";

    public bool IsPinned(Feature feature) => Names.Contains(feature.ToString(), StringComparer.OrdinalIgnoreCase);

    private string[] Names => Pinned.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);

    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (Names.FirstOrDefault(name => !Enum.GetNames<Feature>().Contains(name, StringComparer.OrdinalIgnoreCase)) is { } unknown)
            yield return new($"names {unknown}, which is no feature; there are {string.Join(", ", Enum.GetNames<Feature>())}", [nameof(Pinned)]);
    }
}
