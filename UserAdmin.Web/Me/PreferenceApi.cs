using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using UserAdmin.Core.Common;
using UserAdmin.Core.Me;
using UserAdmin.Web.Api;

namespace UserAdmin.Web.Me;

/// <summary>Who sees what of oneself, and how one wants to see the portal.</summary>
internal static class PreferenceApi
{
    public static void MapPreferenceApi(this RouteGroupBuilder api)
    {
        var me = api.MapGroup("/me").WithTags("My account");
        me.MapGet("/privacy", FindPrivacyAsync).Answers<PrivacyBody>()
            .Describe("get_privacy", "Who sees which part of one's profile", "Of each part: nobody, administrators or everybody who is signed in.");
        me.MapPut("/privacy", ChangePrivacyAsync).Answers<PrivacyBody>()
            .Describe("put_privacy", "Change who sees which part of one's profile", "Parts that are left out stay as they are. Email, phone and address can't be kept from administrators.");
        me.MapGet("/preferences", FindAsync).Answers<PreferencesBody>()
            .Describe("get_preferences", "Read one's preferences", "Looks, language, time zone, dates and lists; null leaves the choice to the browser or the list.");
        me.MapPut("/preferences", ReplaceAsync).Answers<PreferencesBody>()
            .Describe("put_preferences", "Replace one's preferences", "What is left out becomes as usual.");
        me.MapGet("/preferences/theme", async (DisplayService display, Caller caller, CancellationToken cancel) => ApiAnswers.Json(ThemeBody.Of(await display.FindAsync(caller, cancel)))).Answers<ThemeBody>()
            .Describe("get_theme", "Read how the portal looks", "The part of the preferences that is about looks.");
        me.MapPut("/preferences/theme", async (HttpContext http, Body<ThemeBody> body, DisplayService display, Caller caller, CancellationToken cancel) =>
            Answer(http, await display.ChangeAsync(body.Value.ApplyTo, caller, cancel), ThemeBody.Of)).Answers<ThemeBody>()
            .Describe("put_theme", "Change how the portal looks", "The other preferences stay as they are.");
        me.MapGet("/preferences/notifications", async (DisplayService display, Caller caller, CancellationToken cancel) => ApiAnswers.Json(NotificationsBody.Of(await display.FindAsync(caller, cancel)))).Answers<NotificationsBody>()
            .Describe("get_notifications", "Read which mails one gets", "Mails about the security of the account can't be turned off. Others are part of what one takes part in: links, codes and invitations, a second factor that is required, requests and reviews of access, reports, warnings about an unused account; and news of jobs, backups and the audit log for who looks after the portal. Nobody turns single ones off; administrators decide about reports, reviews and warnings. There is no advertising.");
        me.MapPut("/preferences/notifications", async (HttpContext http, Body<NotificationsBody> body, DisplayService display, Caller caller, CancellationToken cancel) =>
            Answer(http, await display.ChangeAsync(shown => shown with { Language = body.Value.Language }, caller, cancel), NotificationsBody.Of)).Answers<NotificationsBody>()
            .Describe("put_notifications", "Change which mails one gets", "Their language is that of the preferences.");
    }

    private static async Task<IResult> FindPrivacyAsync(ProfileService profiles, Caller caller, CancellationToken cancel) =>
        ApiAnswers.Json(PrivacyBody.Of(await profiles.FindPrivacyAsync(caller, cancel)));

    private static async Task<IResult> ChangePrivacyAsync(HttpContext http, Body<PrivacyBody> body, ProfileService profiles, Caller caller, CancellationToken cancel) =>
        await profiles.ShowToAsync([.. body.Value.Chosen()], caller, cancel) is { Succeeded: false } refused ? ApiAnswers.Refuse(http, refused.Problem) : await FindPrivacyAsync(profiles, caller, cancel);

    private static async Task<IResult> FindAsync(DisplayService display, Caller caller, CancellationToken cancel) =>
        ApiAnswers.Json(PreferencesBody.Of(await display.FindAsync(caller, cancel)));

    private static async Task<IResult> ReplaceAsync(HttpContext http, Body<PreferencesBody> body, DisplayService display, Caller caller, CancellationToken cancel) =>
        Answer(http, await display.ChangeAsync(body.Value.ApplyTo, caller, cancel), PreferencesBody.Of);

    private static IResult Answer<T>(HttpContext http, Result<DisplayPreferences> changed, Func<DisplayPreferences, T> map) =>
        changed.Succeeded ? ApiAnswers.Json(map(changed.Value)) : ApiAnswers.Refuse(http, changed.Problem);
}

internal sealed class PrivacyBody : IValidatableObject
{
    public Audience? Picture { get; set; }
    public Audience? Email { get; set; }
    public Audience? Phone { get; set; }
    public Audience? Address { get; set; }
    public Audience? DateOfBirth { get; set; }
    public Audience? Location { get; set; }
    public Audience? Bio { get; set; }

    [Description("Website and links.")]
    public Audience? Links { get; set; }

    public static PrivacyBody Of(Privacy privacy) => new()
    {
        Picture = privacy[ProfilePart.Picture],
        Email = privacy[ProfilePart.Email],
        Phone = privacy[ProfilePart.Phone],
        Address = privacy[ProfilePart.Address],
        DateOfBirth = privacy[ProfilePart.DateOfBirth],
        Location = privacy[ProfilePart.Location],
        Bio = privacy[ProfilePart.Bio],
        Links = privacy[ProfilePart.Links],
    };

    public IEnumerable<(ProfilePart Part, Audience Audience)> Chosen()
    {
        foreach (var part in Enum.GetValues<ProfilePart>())
            if (this[part] is { } audience)
                yield return (part, audience);
    }

    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext) =>
        from chosen in Chosen()
        where !Privacy.Choices(chosen.Part).Contains(chosen.Audience)
        select new ValidationResult("This can't be kept from administrators.", [chosen.Part.ToString()]);

    private Audience? this[ProfilePart part] => part switch
    {
        ProfilePart.Picture => Picture,
        ProfilePart.Email => Email,
        ProfilePart.Phone => Phone,
        ProfilePart.Address => Address,
        ProfilePart.DateOfBirth => DateOfBirth,
        ProfilePart.Location => Location,
        ProfilePart.Bio => Bio,
        _ => Links,
    };
}

/// <summary>How the portal looks.</summary>
internal class ThemeBody
{
    public ColourTheme Theme { get; set; }
    public Accent Accent { get; set; }
    public TextSize TextSize { get; set; }
    public bool LessMotion { get; set; }
    public bool MoreContrast { get; set; }

    public static ThemeBody Of(DisplayPreferences display) => new() { Theme = display.Theme, Accent = display.Accent, TextSize = display.TextSize, LessMotion = display.LessMotion, MoreContrast = display.MoreContrast };

    public virtual DisplayPreferences ApplyTo(DisplayPreferences display) =>
        display with { Theme = Theme, Accent = Accent, TextSize = TextSize, LessMotion = LessMotion, MoreContrast = MoreContrast };
}

internal sealed class PreferencesBody : ThemeBody, IValidatableObject
{
    [Description("The code of a language the portal has, such as en; null is what the browser asks for.")]
    public string? Language { get; set; }

    [Description("An IANA name such as Europe/Berlin; null is where the browser is.")]
    public string? TimeZone { get; set; }

    public DateStyle Dates { get; set; }

    [Description("Rows in lists: 25, 50, 100 or 200.")]
    public int? PageSize { get; set; }

    public static new PreferencesBody Of(DisplayPreferences display) => new()
    {
        Theme = display.Theme,
        Accent = display.Accent,
        TextSize = display.TextSize,
        LessMotion = display.LessMotion,
        MoreContrast = display.MoreContrast,
        Language = display.Language,
        TimeZone = display.TimeZone,
        Dates = display.Dates,
        PageSize = display.PageSize,
    };

    public override DisplayPreferences ApplyTo(DisplayPreferences display) => base.ApplyTo(display) with { Language = Language, TimeZone = TimeZone, Dates = Dates, PageSize = PageSize };

    // What can't be is read as usual by the service; a program is told.
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        var possible = DisplayPreferences.Read(ApplyTo(DisplayPreferences.Usual).ToJson());
        if (possible.Language != Language)
            yield return new("There is no such language.", [nameof(Language)]);
        if (possible.TimeZone != TimeZone)
            yield return new("There is no such time zone.", [nameof(TimeZone)]);
        if (possible.PageSize != PageSize)
            yield return new("Choose 25, 50, 100 or 200.", [nameof(PageSize)]);
    }
}

internal sealed class NotificationsBody : IValidatableObject
{
    [Description("Mails about the security of the account. Always on.")]
    public bool Security { get; set; } = true;

    [Description("The language of mails, as in the preferences.")]
    public string? Language { get; set; }

    public static NotificationsBody Of(DisplayPreferences display) => new() { Language = display.Language };

    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (!Security)
            yield return new("These can't be turned off: whoever got into the account would do that first.", [nameof(Security)]);
        if (Language is not null && Words.Languages.All(known => known.Code != Language))
            yield return new("There is no such language.", [nameof(Language)]);
    }
}
