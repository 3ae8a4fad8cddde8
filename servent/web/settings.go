package web

import (
	"context"

	"servent/servent/api"
)

// Settings are those of the command that runs a servent: it knows where each value
// comes from, and the file that keeps them. Any goroutine may call its methods.
type Settings interface {
	// Settings returns the settings.
	Settings(context.Context) (api.Settings, error)

	// SaveSettings saves what the request names, all or nothing, has what can hold
	// at once do so, and returns the settings as they are then. Its errors are
	// [*api.Error].
	SaveSettings(context.Context, api.SettingsRequest) (api.Settings, error)
}

// SettingsRoutes are the calls that settings answers.
func SettingsRoutes(settings Settings) []Route {
	return []Route{
		Value("/api/settings", "The settings, where each comes from and when it holds.", func(ctx context.Context) (api.Settings, error) {
			return settings.Settings(ctx)
		}),
		Exchange("/api/settings", "Save settings in the configuration file. Limits hold at once, the rest from the next start on.", func(ctx context.Context, in api.SettingsRequest) (api.Settings, error) {
			return settings.SaveSettings(ctx, in)
		}),
	}
}
